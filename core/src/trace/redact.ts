import { createHash } from 'node:crypto';
import type { JsonValue } from '../canonical/json.ts';
import type { HeaderMap } from '../transport/http.ts';
import { parsePath, type PathEdit } from './json-path.ts';

/** What is taken out of bodies before they are kept. */
export interface RedactionRules {
  /** JSON paths; what lies there is left out whole. */
  readonly paths: readonly string[];
  /** Regular expressions; each match in a text is left out. */
  readonly patterns: readonly string[];
  /** Whether pictures, sounds and files inside of JSON are kept; else only their digest and size are. */
  readonly keepMedia: boolean;
}

export interface Redactor {
  /** Whether something may have to go. It is asked of all that passes, so it must be quick. */
  isNeeded(bytes: Uint8Array): boolean;
  /** Gives a body, or one event of a stream, without what is not to be kept. */
  redact(text: string): string;
}

/** What stands in the place of what is not kept. */
export const LEFT_OUT = '[redacted]';

/** Base64 that is too long to be a word, as `data:` URL or bare. */
const MEDIA = /"(data:[^",]{0,200};base64,)?([A-Za-z0-9+/_-]{1024,}={0,2})"/g;
const LEAST_MEDIA = 1024;

export function createRedactor({ paths, patterns, keepMedia }: RedactionRules): Redactor {
  const edits = paths.map(parsePath).filter((edit): edit is PathEdit => edit !== undefined);
  const expressions = patterns.map((pattern) => new RegExp(pattern, 'gu'));
  const hasRules = edits.length > 0 || expressions.length > 0;
  return {
    isNeeded: (bytes) => hasRules || (!keepMedia && mayHoldMedia(bytes)),
    redact(text) {
      const short = keepMedia ? text : text.replaceAll(MEDIA, digestOf);
      const edited = edits.length > 0 ? editJson(short, edits) : short;
      return expressions.reduce((all, expression) => all.replaceAll(expression, LEFT_OUT), edited);
    },
  };
}

const IS_BASE64 = Uint8Array.from({ length: 256 }, (_, code) =>
  Number(/[A-Za-z0-9+/_-]/.test(String.fromCodePoint(code))),
);

/** A long run covers two places that are half as far apart; between most such places there is a space or a sign. */
function mayHoldMedia(bytes: Uint8Array): boolean {
  const step = LEAST_MEDIA / 2;
  for (let at = step; at < bytes.length; at += step) {
    let end = at;
    while (end < bytes.length && end - at < step && IS_BASE64[bytes[end] ?? 0] === 1) end += 1;
    if (end - at === step) return true;
  }
  return false;
}

function digestOf(_: string, head: string | undefined, data: string): string {
  const bytes = Buffer.from(data, 'base64');
  const digest = createHash('sha256').update(bytes).digest('hex');
  return `"${head ?? ''}[${bytes.length} bytes, sha256 ${digest}]"`;
}

/** Before the JSON of an event stand the names of its fields. */
const EVENT = /^(?<head>\s*(?:event:[^\n]*\n)?(?:data: ?)?)(?<json>[{[][^]*?)(?<tail>\s*)$/;

/** What is no JSON has no paths. */
function editJson(text: string, edits: readonly PathEdit[]): string {
  const { head = '', json = '', tail = '' } = EVENT.exec(text)?.groups ?? {};
  try {
    const given = JSON.parse(json) as JsonValue;
    const value = edits.reduce((before, edit) => edit(before, () => LEFT_OUT), given);
    return `${head}${JSON.stringify(value)}${tail}`;
  } catch {
    return text;
  }
}

/** Headers by which clients and upstreams prove who they are. */
const SECRET_HEADER =
  /auth|cookie|token|secret|api-?key|x-goog-api-key|credential|signature|password|-pass$/i;

/** Headers that tell of use and not of secrets, though their names sound so. */
const PUBLIC_HEADER = /ratelimit|tokens/i;

/** The same few names come with every request. */
const known = new Map<string, boolean>();
const MAX_KNOWN = 1_000;

function isSecret(name: string): boolean {
  let is = known.get(name);
  if (is === undefined) {
    is = SECRET_HEADER.test(name) && !PUBLIC_HEADER.test(name);
    if (known.size < MAX_KNOWN) known.set(name, is);
  }
  return is;
}

export function redactHeaders(headers: HeaderMap): HeaderMap {
  const kept: Record<string, string> = {};
  for (const name in headers) kept[name] = isSecret(name) ? LEFT_OUT : (headers[name] ?? '');
  return kept;
}

const SECRET_PARAMETER = /^(?:key|api[_-]?key|access_token|token|sig|signature|code|secret|password)$/i;

export function redactQuery(query: string): string {
  if (query === '') return '';
  const fields = new URLSearchParams(query);
  for (const name of new Set(fields.keys())) {
    if (SECRET_PARAMETER.test(name)) fields.set(name, LEFT_OUT);
  }
  return fields.toString();
}

export function redactUrl(text: string): string {
  const at = text.indexOf('?');
  const place = text.replace(/^(https?:\/\/)[^/@]*@/, `$1${LEFT_OUT}@`);
  return at < 0 ? place : `${place.slice(0, place.indexOf('?'))}?${redactQuery(text.slice(at + 1))}`;
}
