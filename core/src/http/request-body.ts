import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, zstdDecompress } from 'node:zlib';
import { GatewayError } from '../canonical/errors.ts';

const DECODERS = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
} as const;

/** Reads a request's body, decompressed. Refuses one that is larger than `limit` bytes, before or after. */
export async function readRequestBody(request: IncomingMessage, limit: number): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const bytes = await readRaw(request, limit);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  return !encoding || encoding === 'identity' ? bytes : decompress(bytes, encoding, limit);
}

function readRaw(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const onData = (chunk: Buffer): void => {
      size += chunk.length;
      if (size > limit) {
        request.off('data', onData);
        request.pause();
        reject(tooLarge(limit));
        return;
      }
      chunks.push(chunk);
    };
    request.on('data', onData);
    request.once('end', () => resolve(Buffer.concat(chunks, size)));
    request.once('close', () => {
      if (!request.readableEnded) reject(cutOff());
    });
    request.once('error', () => {});
  });
}

async function decompress(bytes: Buffer, encoding: string, limit: number): Promise<Buffer> {
  const decode = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined;
  if (!decode) {
    throw new GatewayError(
      'invalid',
      `The content-encoding ${JSON.stringify(encoding)} is not supported; expected one of ${Object.keys(DECODERS).join(', ')}.`,
      { field: 'content-encoding' },
    );
  }
  try {
    return await decode(bytes, { maxOutputLength: limit });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') throw tooLarge(limit);
    throw new GatewayError('invalid', `The body is not valid ${encoding} data.`, { cause });
  }
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('too-large', `The request body is larger than the limit of ${limit} bytes.`);
}

function cutOff(): GatewayError {
  return new GatewayError('cancelled', 'The client went away before its request was complete.');
}
