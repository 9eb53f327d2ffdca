import type { Context } from 'koa';
import type { GatewayError } from '../canonical/errors.ts';
import { ownHeaders, type RequestState } from './exchange.ts';

/** Answers with an error in the envelope of the protocol that was asked in. Does nothing when the reply has already begun. */
export function sendError({ res: response, state }: Context, error: GatewayError): void {
  const { protocol, notes } = state as RequestState;
  if (response.headersSent || response.destroyed) return;
  const { status, headers, body } = protocol.encodeError(error);
  const text = JSON.stringify(body);
  const written = {
    ...headers,
    ...ownHeaders(state),
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    // What is left of a refused body would be read as the next request.
    ...(response.req.complete ? {} : { connection: 'close' }),
  };
  response.writeHead(status, written);
  notes.capture?.answer(written, text);
  response.end(text);
}
