export const QUOTE = 0x22;
const BACKSLASH = 0x5c;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;

/** Strings up to this length are cheaper to walk than to search with a call of native code. */
const SHORT_STRING = 48;

/** The index of the quote that ends the string which begins at `start`; -1 when it does not end. */
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

/** How deep the arrays and objects of a JSON text nest; stops to count at `limit`. */
export function jsonDepth(bytes: Buffer, limit: number): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === QUOTE) {
      at = endOfString(bytes, at);
      if (at < 0) break;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) deepest = depth;
      if (deepest >= limit) break;
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) depth -= 1;
  }
  return deepest;
}

/** Deeper than any real request or reply, shallow enough for every recursive function behind. */
export const MAX_JSON_DEPTH = 512;

/** Shorter texts are cheap to parse, however deep they nest. */
const LONG_TEXT = 8 * 1024;

/** Whether a text that is long enough to be expensive nests too deep to be parsed. */
export function isTooDeep(text: string): boolean {
  return text.length >= LONG_TEXT && jsonDepth(Buffer.from(text), MAX_JSON_DEPTH + 1) > MAX_JSON_DEPTH;
}

const TOKEN = /[ \t\n\r]*(true|false|null|-?\d[\d.eE+-]*|["{}[\],:])/y;

/** Two marks that cannot follow each other, since a value belongs between them. */
const MISSING_VALUE = /^(?:[,:][,:\]}]|\[[,:}])$/;

/** The index of the first byte that JSON does not allow outside of a string, or where a value is missing. */
export function unexpectedToken(bytes: Buffer): number {
  // One character for each byte, so that indexes are the same in both.
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
