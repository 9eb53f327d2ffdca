import type { Readable } from 'node:stream';
import type { JsonValue } from '../canonical/json.ts';
import { MAX_REPLY_BYTES, tooLarge } from '../canonical/reply-size.ts';
import { jsonExcess } from '../transport/json/json-scan.ts';
import { ReplyBody } from '../transport/reply-body.ts';

/** Reads a whole body, up to a bound. */
export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<string> {
  const whole = body instanceof ReplyBody ? body.takeWhole(MAX_REPLY_BYTES) : undefined;
  const text = (whole ?? (await readPieces(body))).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

async function readPieces(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > MAX_REPLY_BYTES) throw tooLarge();
  }
  return Buffer.concat(pieces);
}

/** The first non-space character of a body; empty if there is none. The body stays whole. */
export async function peekBody(body: Readable): Promise<string> {
  const held: Buffer[] = [];
  let first = '';
  while (first === '') {
    const chunk = body.read() as Buffer | null;
    if (chunk === null) {
      if (!(await hasMore(body))) break;
      continue;
    }
    held.push(chunk);
    // One byte per character: non-ASCII never starts JSON.
    first = chunk
      .toString('latin1')
      .replace(/^[\s\u00EF\u00BB\u00BF]+/, '')
      .slice(0, 1);
  }
  if (first !== '') body.unshift(Buffer.concat(held));
  return first;
}

/** Waits for the next bytes. A body that failed has none; its later reader gets the error. */
function hasMore(body: Readable): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (more: boolean): void => {
      body.off('readable', onReadable);
      body.off('end', onOver);
      body.off('close', onOver);
      resolve(more);
    };
    const onReadable = (): void => settle(true);
    const onOver = (): void => settle(false);
    if (body.readableEnded || body.destroyed) resolve(false);
    else {
      body.on('readable', onReadable);
      body.on('end', onOver);
      body.on('close', onOver);
    }
  });
}

/** Parses JSON; `undefined` if it is invalid or too expensive. */
export function parseJson(text: string): JsonValue | undefined {
  if (jsonExcess(text) !== undefined) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
