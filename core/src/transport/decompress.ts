import { PassThrough, type Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { GatewayError, type HttpReply } from '@dragoman/plugin';
import type { ReplyTap } from '@dragoman/plugin/internal/transport/http';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const satisfies Record<string, () => Transform>;

/**
 * A reply with its body decompressed. The gateway requests no compression, which would delay streams, but some
 * servers compress anyway.
 */
export function decompressed(reply: HttpReply, name: string, tap?: ReplyTap): HttpReply {
  const encoding = encodingOf(reply.headers);
  if (!encoding) return reply;
  if (!Object.hasOwn(DECODERS, encoding)) {
    reply.body.destroy();
    throw new GatewayError('upstream-broken', `The reply of ${name} has an unsupported content encoding.`);
  }
  const { 'content-encoding': _, 'content-length': __, ...headers } = reply.headers;
  const decoder = DECODERS[encoding as keyof typeof DECODERS]();
  if (tap?.wants(headers)) decoder.on('data', (chunk: Buffer) => tap.push(chunk));
  const broken = (cause: Error): GatewayError =>
    new GatewayError('upstream-broken', `The reply of ${name} is not valid ${encoding} data.`, { cause });
  return { status: reply.status, headers, body: connect(reply.body, decoder, broken) };
}

type RawHeaders = Readonly<Record<string, string | string[] | undefined>>;

export function isCompressed(headers: RawHeaders): boolean {
  return encodingOf(headers) !== undefined;
}

function encodingOf({ 'content-encoding': header }: RawHeaders): string | undefined {
  const encoding = header?.toString().trim().toLowerCase();
  return encoding === '' || encoding === 'identity' ? undefined : encoding;
}

/** Like `stream.pipeline`, but the reader gets the decoder's errors as its own. */
function connect(source: Readable, decoder: Transform, broken: (cause: Error) => GatewayError): Readable {
  const output = new PassThrough();
  output.on('error', () => {});
  let isEmpty = true;
  source.once('data', () => {
    isEmpty = false;
  });
  source.once('error', (error) => output.destroy(error));
  decoder.once('error', (error) => {
    // Replies without a body, as to HEAD, name their encoding too.
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
