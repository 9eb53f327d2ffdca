import { pipeline, type Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { GatewayError } from '../canonical/errors.ts';
import type { HttpReply } from './http.ts';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const;

/**
 * A reply with its body decompressed. The gateway asks for no compression, which would hold streams back, but
 * some servers compress all the same. A body that breaks does so with `explain`ed errors.
 */
export function decompressed(reply: HttpReply, explain: (error: unknown) => GatewayError): HttpReply {
  const encoding = reply.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return { ...reply, body: explained(reply.body, explain) };
  if (!Object.hasOwn(DECODERS, encoding)) {
    reply.body.destroy();
    throw new GatewayError('upstream-broken', `The upstream's reply is compressed in an unknown way (${encoding}).`);
  }
  const { 'content-encoding': _, 'content-length': __, ...headers } = reply.headers;
  const decoder = DECODERS[encoding as keyof typeof DECODERS]();
  // Errors arrive at the decoder, from where the reader gets them.
  pipeline(reply.body, decoder, () => {});
  return { status: reply.status, headers, body: explained(decoder, explain) };
}

/** Replaces the error that a body ends with by one for the client. */
function explained(body: Readable, explain: (error: unknown) => GatewayError): Readable {
  const destroy = body._destroy.bind(body);
  body._destroy = (error, callback) => {
    destroy(error, (after) => {
      const cause = after ?? error;
      callback(cause ? broken(explain(cause)) : null);
    });
  };
  return body;
}

/** After the headers, a connection that breaks means a broken reply. */
function broken(error: GatewayError): GatewayError {
  if (error.kind !== 'upstream-unreachable') return error;
  return new GatewayError('upstream-broken', "The upstream's reply ended early.", error.details);
}
