import type { Context } from 'koa';
import type { EncodedError, GatewayError, Protocol } from '@dragoman/plugin';
import { allowedMethods } from './base/allowed-methods.ts';
import type { RequestState } from './base/request-state.ts';
import { writeHead } from './base/write-head.ts';

/**
 * Responds with an error in the envelope of the request's protocol. A reply that has already begun cannot report it and
 * is cut off. Never throws.
 */
export function sendError(ctx: Context, error: GatewayError): void {
  const { protocol, record } = ctx.state as RequestState;
  const { res: response } = ctx;
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy();
    return;
  }
  if (response.destroyed) return;
  const { status, headers, text } = encodeError(protocol, error);
  const written = writeHead(ctx, {
    status,
    headers: {
      ...headers,
      ...(error.kind === 'method-not-allowed' && { allow: allowedMethods(ctx).join(', ') }),
      'content-type': 'application/json; charset=utf-8',
      // Status 426 has to name a supported protocol.
      ...(error.kind === 'upgrade-refused' && { upgrade: 'HTTP/1.1', connection: 'upgrade' }),
      // The rest of a refused body would be read as the next request.
      ...(response.req.complete ? {} : { connection: 'close' }),
    },
    length: Buffer.byteLength(text),
  });
  record.capture?.answer(written, text);
  response.end(text);
}

interface ErrorText extends Pick<EncodedError, 'status' | 'headers'> {
  readonly text: string;
}

/** An error in the envelope of a protocol, or in a plain one if the protocol's plugin throws. Never throws. */
export function encodeError(protocol: Protocol, error: GatewayError): ErrorText {
  try {
    const { status, headers, body } = protocol.encodeError(error);
    return { status, ...(headers && { headers }), text: JSON.stringify(body) };
  } catch {
    const { status, kind, message } = error;
    return { status, text: JSON.stringify({ error: { type: kind, message } }) };
  }
}
