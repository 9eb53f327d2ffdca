export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const COLON = 0x3a;

/** Strings up to this length are cheaper to walk than to search with a native call. */
const SHORT_STRING = 48;

/** The index of the closing quote of the string that begins at `start`; -1 if it is unterminated. */
export function endOfString(bytes: Buffer, start: number): number {
  const near = Math.min(start + SHORT_STRING, bytes.length);
  for (let at = start + 1; at < near; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  let at = bytes.indexOf(QUOTE, start + 1);
  while (at > 0) {
    let escapes = 0;
    while (bytes[at - 1 - escapes] === BACKSLASH) escapes += 1;
    if (escapes % 2 === 0) return at;
    at = bytes.indexOf(QUOTE, at + 1);
  }
  return -1;
}

/** Deeper than any real request or reply, shallow enough for every recursive function downstream. */
export const MAX_JSON_DEPTH = 512;

/** Objects, lists and fields of a reply. Bytes are a poor measure of the work: an image is one long string. */
export const MAX_JSON_PARTS = 500_000;

/** Shorter texts are cheap to parse, whatever is in them. */
const LONG_TEXT = 8 * 1024;

/** Why a JSON text is too expensive to parse: it nests too deep or has too many parts. */
export type JsonExcess = 'depth' | 'parts';

/** The first excess of a JSON text; `undefined` if it may be parsed. Short texts are not checked. */
export function jsonExcess(text: string): JsonExcess | undefined {
  if (text.length < LONG_TEXT) return undefined;
  const bytes = Buffer.from(text);
  let depth = 0;
  let parts = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) break;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      parts += 1;
      if (depth > MAX_JSON_DEPTH) return 'depth';
    } else if (byte === COLON) parts += 1;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
    if (parts > MAX_JSON_PARTS) return 'parts';
  }
  return undefined;
}

const TOKEN = /[ \t\n\r]*(true|false|null|-?\d[\d.eE+-]*|["{}[\],:])/y;

/** Two tokens that cannot be adjacent, since a value belongs between them. */
const MISSING_VALUE = /^(?:[,:][,:\]}]|\[[,:}])$/;

/** The index of the first byte that JSON does not allow outside strings, or where a value is missing. */
export function unexpectedToken(bytes: Buffer): number {
  // One character per byte, so that the indexes agree.
  const text = bytes.toString('latin1');
  let at = text.startsWith('\xEF\xBB\xBF') ? 3 : 0;
  let previous = '';
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[1];
    if (token === undefined) return at + text.slice(at).search(/[^ \t\n\r]|$/);
    const start = TOKEN.lastIndex - token.length;
    if (MISSING_VALUE.test(previous + token)) return start;
    previous = token;
    if (token !== '"') at = TOKEN.lastIndex;
    else {
      const end = endOfString(bytes, start);
      if (end < 0) return start;
      at = end + 1;
    }
  }
  return at;
}
