import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import {
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  type BrotliDecompress,
  type Gunzip,
  type Inflate,
  type ZstdDecompress,
} from 'node:zlib';
import { GatewayError } from '@dragoman/plugin';
import type { Intake } from './intake.ts';
import { Pieces } from './pieces.ts';

const DECODERS = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
} as const satisfies Record<string, () => Gunzip | Inflate | BrotliDecompress | ZstdDecompress>;

/**
 * Reads a request's body, decompressed. Refuses one that is larger than the limit, compressed or not; exceeds the memory
 * budget; or arrives too slowly.
 */
export async function readRequestBody(request: IncomingMessage, intake: Intake): Promise<Buffer> {
  const { limit, account } = intake;
  if (Number(request.headers['content-length'] ?? 0) > limit) throw tooLarge(limit);
  const bytes = await readRaw(request, intake);
  const encoding = request.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return bytes;
  const plain = await decompress(bytes, encoding, intake);
  account.remove(bytes.length);
  return plain;
}

function readRaw(request: IncomingMessage, intake: Intake): Promise<Buffer> {
  const { limit, account, uploads } = intake;
  intake.askFor();
  return new Promise((resolve, reject) => {
    let pieces: Pieces | undefined = new Pieces();
    const refuse = (error: GatewayError): void => {
      pieces = undefined;
      upload.end();
      request.off('data', onData);
      request.pause();
      reject(error);
    };
    const upload = uploads.watch(refuse);
    const onData = (piece: Buffer): void => {
      if (!pieces) return;
      try {
        if (pieces.size + piece.length > limit) throw tooLarge(limit);
        account.add(piece.length);
        upload.add(piece.length);
        pieces.push(piece);
      } catch (error) {
        refuse(GatewayError.from(error));
      }
    };
    request.on('data', onData);
    request.once('end', () => {
      upload.end();
      if (pieces) resolve(pieces.join());
      pieces = undefined;
    });
    request.once('close', () => {
      if (!request.readableEnded) refuse(cutOff());
    });
    request.once('error', () => {});
  });
}

/** In chunks, since the size is unknown until it is decompressed. */
async function decompress(bytes: Buffer, encoding: string, { limit, account }: Intake): Promise<Buffer> {
  const create = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding as keyof typeof DECODERS] : undefined;
  if (!create) {
    throw new GatewayError(
      'invalid',
      `The content-encoding ${JSON.stringify(encoding)} is not supported; expected one of ${Object.keys(DECODERS).join(', ')}.`,
      { field: 'content-encoding' },
    );
  }
  const decoder: Transform = create();
  const pieces = new Pieces();
  decoder.end(bytes);
  try {
    for await (const piece of decoder as AsyncIterable<Buffer>) {
      if (pieces.size + piece.length > limit) throw tooLarge(limit);
      account.add(piece.length);
      pieces.push(piece);
    }
  } catch (cause) {
    if (GatewayError.is(cause)) throw cause;
    throw new GatewayError('invalid', `The body is not valid ${encoding} data.`, { cause });
  }
  return pieces.join();
}

function tooLarge(limit: number): GatewayError {
  return new GatewayError('too-large', `The request body is larger than the limit of ${limit} bytes.`);
}

function cutOff(): GatewayError {
  return new GatewayError('cancelled', 'The client disconnected before its request was complete.');
}
