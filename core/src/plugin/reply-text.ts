import type { Readable } from 'node:stream';
import { GatewayError } from '../canonical/errors.ts';
import type { JsonValue } from '../canonical/json.ts';

/** Enough for any reply in one piece, and a bound for an upstream that never stops. */
const MAX_REPLY_BYTES = 64 * 1024 * 1024;

/** Reads a body whole, up to a bound. */
export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_REPLY_BYTES) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream's reply is larger than ${MAX_REPLY_BYTES} bytes.`,
      );
    }
  }
  const text = Buffer.concat(chunks).toString('utf8');
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Looks at the first character that is not white space (empty when there is none) and keeps all bytes. */
export async function peekBody(
  body: Readable,
): Promise<{ readonly first: string; readonly bytes: AsyncIterable<Uint8Array> }> {
  const held: Uint8Array[] = [];
  const source = (body as AsyncIterable<Uint8Array>)[Symbol.asyncIterator]();
  let first = '';
  while (first === '') {
    const { value, done } = await source.next();
    if (done) break;
    held.push(value);
    // One byte a character: what is not ASCII is no start of JSON either.
    first = Buffer.from(value)
      .toString('latin1')
      .replace(/^[\s\u00EF\u00BB\u00BF]+/, '')
      .slice(0, 1);
  }
  return { first, bytes: replay(held, source) };
}

async function* replay(
  held: readonly Uint8Array[],
  source: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* held;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  } finally {
    await source.return?.();
  }
}

/** The value of a JSON text; `undefined` when it is none. */
export function parseJson(text: string): JsonValue | undefined {
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
  }
}
