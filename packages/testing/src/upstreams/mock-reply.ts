import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import type { JsonValue } from '@dragoman/plugin';
import { CONTENT_TYPES, encodeFrames, type Frame, type FrameTransport } from './wire-frames.ts';

/** What a mock upstream answers. At most one of `body`, `rawBody` and `stream`. */
export interface MockReply {
  /** Default 200. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: JsonValue;
  readonly rawBody?: string | Uint8Array;
  /** Frames; those of an async iterable are sent as they come, so that a test can hold the stream. */
  readonly stream?: Iterable<Frame> | AsyncIterable<Frame>;
  /** How frames are written. Default `sse`. */
  readonly transport?: FrameTransport;
  /** Sends the body in pieces of this size; 0 or absent sends each piece whole. */
  readonly chunkBytes?: number;
  /** Breaks the connection: before the headers, after the whole body, or after so many bytes of it. */
  readonly cut?: 'headers' | true | number;
  /** Stays silent for ever: before the headers, or after the body was sent. */
  readonly hang?: 'headers' | true;
  readonly gzip?: boolean;
  /** Called when the body was handed to the network, before the reply hangs or is cut. */
  readonly onSent?: () => void;
}

export async function sendReply(reply: MockReply, response: ServerResponse): Promise<void> {
  if (reply.cut === 'headers') response.destroy();
  if (reply.cut === 'headers' || reply.hang === 'headers') return;
  response.writeHead(reply.status ?? 200, headersOf(reply));
  response.flushHeaders();
  let room = typeof reply.cut === 'number' ? reply.cut : Infinity;
  for await (const piece of cutPieces(bodyOf(reply), reply.chunkBytes || Infinity)) {
    if (response.destroyed) return;
    await write(response, piece.subarray(0, room));
    room -= piece.length;
    if (room <= 0) break;
  }
  reply.onSent?.();
  if (reply.cut !== undefined) response.destroy();
  else if (!reply.hang) response.end();
}

function headersOf({ stream, body, transport = 'sse', gzip, headers }: MockReply): Record<string, string> {
  const type = stream === undefined ? 'application/json' : CONTENT_TYPES[transport];
  return {
    ...((stream !== undefined || body !== undefined) && { 'content-type': type }),
    ...(gzip && { 'content-encoding': 'gzip' }),
    ...headers,
  };
}

async function* bodyOf(reply: MockReply): AsyncGenerator<Buffer> {
  const { stream, transport, body, rawBody = '', gzip } = reply;
  if (stream && Symbol.asyncIterator in stream) {
    if (gzip) throw new TypeError('A stream that is held cannot be compressed: give its frames as a list.');
    for await (const text of encodeFrames(stream, transport)) yield Buffer.from(text);
    return;
  }
  let whole = Buffer.from(body === undefined ? (rawBody as Uint8Array) : JSON.stringify(body));
  if (stream) whole = await buffer(encodeFrames(stream, transport));
  yield gzip ? gzipSync(whole) : whole;
}

async function* cutPieces(pieces: AsyncIterable<Buffer>, size: number): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += size) yield piece.subarray(at, at + size);
  }
}

/** Each piece is an HTTP chunk of its own, in a packet of its own as far as the system allows. */
async function write(response: ServerResponse, piece: Buffer): Promise<void> {
  if (piece.length > 0 && !response.write(piece)) {
    await Promise.race([once(response, 'drain'), once(response, 'close')]);
  }
  await new Promise((resolve) => setImmediate(resolve));
}
