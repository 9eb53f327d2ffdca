import type { ServerResponse } from 'node:http';
import type { GatewayError } from '../canonical/errors.ts';
import type { Protocol } from '../plugin/plugin.ts';

/** Answers with an error in a protocol's own envelope. Does nothing when the reply has already begun. */
export function sendError(response: ServerResponse, error: GatewayError, protocol: Protocol): void {
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = protocol.encodeError(error);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    ...headers,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // What is left of a refused body would be read as the next request.
    ...(response.req.complete ? {} : { connection: 'close' }),
  });
  response.end(text);
}
