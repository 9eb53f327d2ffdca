import { createHash } from 'node:crypto';

/** Base64 of at least this length is media. */
const LEAST_LENGTH = 1024;
/** The longest media type between `data:` and `;base64,`. */
const MAX_TYPE_LENGTH = 200;
const DATA = 'data:';
const BASE64 = ';base64,';
const QUOTE = 0x22;
const EQUALS = 0x3d;

const IS_BASE64 = Uint8Array.from({ length: 256 }, (_, code) =>
  Number(/[A-Za-z0-9+/_-]/.test(String.fromCodePoint(code))),
);

/** Whether a text may contain base64 to redact. A long run covers two probes at half the distance. */
export function mayHoldMedia(bytes: Uint8Array): boolean {
  const step = LEAST_LENGTH / 2;
  for (let at = step; at < bytes.length; at += step) {
    let end = at;
    while (end < bytes.length && end - at < step && IS_BASE64[bytes[end] ?? 0] === 1) end += 1;
    if (end - at === step) return true;
  }
  return false;
}

/**
 * Replaces each JSON string that is base64, bare or as a `data:` URL, by a digest. Each character is read once; a
 * regular expression would overflow its stack on a few megabytes.
 */
export function redactMedia(text: string): string {
  let redacted = '';
  let done = 0;
  for (let quote = text.indexOf('"'); quote >= 0;) {
    const start = quote + 1 + headLength(text, quote + 1);
    const end = endOfRun(text, start);
    const close = end - start >= LEAST_LENGTH ? skipPadding(text, end) : end;
    if (end - start >= LEAST_LENGTH && text.charCodeAt(close) === QUOTE) {
      redacted += text.slice(done, start) + digestOf(text.slice(start, close));
      done = close;
      quote = text.indexOf('"', close + 1);
    } else quote = text.indexOf('"', Math.max(quote + 1, end));
  }
  return done === 0 ? text : redacted + text.slice(done);
}

/** The length of a prefix such as `data:image/png;base64,` at a position. */
function headLength(text: string, at: number): number {
  if (!text.startsWith(DATA, at)) return 0;
  const head = text.slice(at, at + DATA.length + MAX_TYPE_LENGTH + BASE64.length);
  const comma = head.indexOf(',');
  const isWhole =
    comma >= 0 && head.slice(0, comma + 1).endsWith(BASE64) && !head.slice(0, comma).includes('"');
  return isWhole ? comma + 1 : 0;
}

function endOfRun(text: string, start: number): number {
  let end = start;
  while (IS_BASE64[text.charCodeAt(end)] === 1) end += 1;
  return end;
}

function skipPadding(text: string, at: number): number {
  let end = at;
  while (end < at + 2 && text.charCodeAt(end) === EQUALS) end += 1;
  return end;
}

function digestOf(data: string): string {
  const bytes = Buffer.from(data, 'base64');
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `[${bytes.length} bytes, sha256 ${digest}]`;
}
