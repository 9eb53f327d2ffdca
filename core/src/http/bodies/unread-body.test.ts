import { createServer, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';
import { expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '../../../../tests/support/http-client.ts';
import { discardRest, UNREAD_BOUNDS } from './unread-body.ts';

it('closes a connection whose client does not send the rest of its body in time', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const arrived = Promise.withResolvers<IncomingMessage>();
  const server = createServer((req, res) => {
    res.writeHead(401, { connection: 'close' }).end('no');
    discardRest({ req, res });
    arrived.resolve(req);
  });
  const { port } = new URL(await listen(server));
  onTestFinished(() => {
    vi.useRealTimers();
    server.close();
  });
  const socket = connect(Number(port), '127.0.0.1');
  socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nonly this');
  const [answer] = (await once(socket, 'data')) as [Buffer];
  expect(answer.toString()).toContain('401');
  vi.advanceTimersByTime(UNREAD_BOUNDS.ms - 1);
  const request = await arrived.promise;
  expect(request.socket.destroyed).toBe(false);
  vi.advanceTimersByTime(1);
  await once(socket, 'close');
});

it('keeps the connection of a client that sends the rest', async () => {
  const server = createServer((req, res) => {
    res.end('early');
    discardRest({ req, res });
  });
  const { port } = new URL(await listen(server));
  onTestFinished(() => void server.close());
  const socket = connect(Number(port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let text = '';
  socket.on('data', (piece: Buffer) => (text += piece.toString()));
  const post = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n';
  for (let count = 1; count <= 3; count += 1) {
    socket.write(`${post}12345`);
    await expect.poll(() => text.split('early').length - 1).toBe(count);
    socket.write('67890');
  }
});
