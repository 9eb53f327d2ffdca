/** What a proxy costs that does nothing: the measure for the gateway. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { Pool } from 'undici';
import { measure, serveParent } from './child.ts';

const pool = new Pool(process.env['UPSTREAM'] ?? '', { connections: 256, pipelining: 1 });

const server = createServer(async (request, response) => {
  const body = await buffer(request);
  const reply = await pool.request({
    method: 'POST',
    path: request.url ?? '/',
    headers: { 'content-type': 'application/json', authorization: 'Bearer sk-bench' },
    body,
  });
  response.writeHead(reply.statusCode, reply.headers);
  reply.body.pipe(response);
});
server.listen(0, '127.0.0.1', () => {
  serveParent({ port: (server.address() as AddressInfo).port }, measure);
});
