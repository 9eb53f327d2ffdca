import type { JsonValue } from '../canonical/json.ts';
import type { HeaderMap } from '../transport/http.ts';
import { parsePath, type PathEdit } from './json-path.ts';
import { mayHoldMedia, redactMedia } from './redact-media.ts';

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

export function createRedactor({ paths, patterns, keepMedia }: RedactionRules): Redactor {
  const edits = paths.map(parsePath).filter((edit): edit is PathEdit => edit !== undefined);
  const expressions = patterns.map((pattern) => new RegExp(pattern, 'gu'));
  const hasRules = edits.length > 0 || expressions.length > 0;
  return {
    isNeeded: (bytes) => hasRules || (!keepMedia && mayHoldMedia(bytes)),
    redact(text) {
      const short = keepMedia ? text : redactMedia(text);
      const edited = edits.length > 0 ? editJson(short, edits) : short;
      return expressions.reduce((all, expression) => all.replaceAll(expression, LEFT_OUT), edited);
    },
  };
}

/** What has no JSON has no paths. */
function editJson(text: string, edits: readonly PathEdit[]): string {
  const end = text.trimEnd().length;
  const start = startOfJson(text);
  const given = parsed(text.slice(start, end));
  if (given === undefined) return text;
  const value = edits.reduce((before, edit) => edit(before, () => LEFT_OUT), given);
  return `${text.slice(0, start)}${JSON.stringify(value)}${text.slice(end)}`;
}

/** Before the JSON of an event stand the names of its fields. */
function startOfJson(text: string): number {
  let start = text.length - text.trimStart().length;
  if (text.startsWith('event:', start)) {
    const end = text.indexOf('\n', start);
    start = end < 0 ? text.length : end + 1;
  }
  if (!text.startsWith('data:', start)) return start;
  start += 'data:'.length;
  return text[start] === ' ' ? start + 1 : start;
}

function parsed(text: string): JsonValue | undefined {
  if (!text.startsWith('{') && !text.startsWith('[')) return undefined;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return undefined;
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
