import { PassThrough, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { GatewayError } from '../canonical/errors.ts';
import type { HttpReply } from './http.ts';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const satisfies Record<string, () => Transform>;

/**
 * A reply with its body decompressed. The gateway asks for no compression, which would hold streams back, but
 * some servers compress all the same.
 */
export function decompressed(reply: HttpReply, host: string): HttpReply {
  const encoding = reply.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return reply;
  if (!Object.hasOwn(DECODERS, encoding)) {
    reply.body.destroy();
    throw new GatewayError(
      'upstream-broken',
      `The answer of ${host} is compressed in a way that is not known.`,
    );
  }
  const { 'content-encoding': _, 'content-length': __, ...headers } = reply.headers;
  const decoder = DECODERS[encoding as keyof typeof DECODERS]();
  const broken = (cause: Error): GatewayError =>
    new GatewayError('upstream-broken', `The answer of ${host} is not valid ${encoding} data.`, { cause });
  return { status: reply.status, headers, body: connect(reply.body, decoder, broken) };
}

/** Like `stream.pipeline`, but what breaks in the decoder comes out as the error that the reader understands. */
function connect(source: Readable, decoder: Transform, broken: (cause: Error) => GatewayError): Readable {
  const output = new PassThrough();
  output.on('error', () => {});
  let isEmpty = true;
  source.once('data', () => {
    isEmpty = false;
  });
  source.once('error', (error) => output.destroy(error));
  decoder.once('error', (error) => {
    // A reply without content, as to HEAD, names its encoding too.
    if (isEmpty) output.end();
    else output.destroy(broken(error));
  });
  output.once('close', () => {
    source.destroy();
    decoder.destroy();
  });
  source.pipe(decoder).pipe(output);
  return output;
}
