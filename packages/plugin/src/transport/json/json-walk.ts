import { CLOSE_BRACE, CLOSE_BRACKET, endOfString, OPEN_BRACE, OPEN_BRACKET, QUOTE } from './json-scan.ts';

const SPACE = 0x20;
export const COMMA = 0x2c;

/** Skips a value; returns the index after it. */
export function endOfValue(bytes: Buffer, start: number): number {
  const first = bytes[start];
  if (first === QUOTE) return behind(bytes, endOfString(bytes, start));
  return first === OPEN_BRACE || first === OPEN_BRACKET
    ? endOfContainer(bytes, start)
    : endOfScalar(bytes, start);
}

/** The hot loop: most of a body is skipped here. */
function endOfContainer(bytes: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) break;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return bytes.length;
}

function endOfScalar(bytes: Buffer, start: number): number {
  let at = start;
  for (; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || byte <= SPACE) break;
  }
  return at;
}

function behind(bytes: Buffer, at: number): number {
  return at < 0 ? bytes.length : at + 1;
}

/** The index of the next byte that is not whitespace. */
export function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= SPACE) at += 1;
  return at;
}

export interface JsonField {
  /** As written: no API has names that need escapes. */
  readonly name: string;
  /** The index of the first byte of its value. */
  readonly start: number;
}

/** The fields of a JSON object, in order. A value is skipped only when the next field is requested. */
export function* topFields(bytes: Buffer): Generator<JsonField> {
  let at = skipSpace(bytes, 0);
  if (bytes[at] !== OPEN_BRACE) return;
  at += 1;
  for (;;) {
    at = skipSpace(bytes, at);
    if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1);
    if (bytes[at] !== QUOTE) return;
    const end = endOfString(bytes, at);
    if (end < 0) return;
    // After the colon, which only whitespace may precede.
    const start = skipSpace(bytes, skipSpace(bytes, end + 1) + 1);
    yield { name: bytes.toString('utf8', at + 1, end), start };
    at = endOfValue(bytes, start);
  }
}
