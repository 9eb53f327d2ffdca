import { LRUCache } from 'lru-cache';
import type { HeaderMap, JsonValue } from '@dragoman/plugin';
import {
  LEFT_OUT,
  NO_SECRETS,
  replaceSecrets,
  type Secrets,
} from '@dragoman/plugin/internal/text/secret-texts';
import { parsePath, type PathEdit } from '../../text/json-path.ts';
import type { RedactionRules } from '../../config/redaction.ts';
import { mayHoldMedia, redactMedia } from './redact-media.ts';

export interface Redactor {
  /** Whether something may need redaction. Called for every body, so it must be fast. */
  isNeeded(bytes: Uint8Array): boolean;
  /** Redacts a body, or one event of a stream. */
  redact(text: string): string;
  /** Redacts a piece of a body; `undefined` where rules that need the whole body may apply to it. */
  excerpt(text: string): string | undefined;
  /** Redacts the secrets of upstreams in a short text of a record. */
  text(text: string): string;
  headers(headers: HeaderMap): HeaderMap;
  query(query: string): string;
  /** Like `headers`, for requests to upstreams, which have the headers of the upstream's options. */
  sentHeaders(headers: HeaderMap): HeaderMap;
}

export { LEFT_OUT };

export function createRedactor(
  { paths, patterns, keepMedia, credentials = { headers: [], query: [] } }: RedactionRules,
  secrets: Secrets = NO_SECRETS,
): Redactor {
  const edits = paths.map(parsePath).filter((edit): edit is PathEdit => edit !== undefined);
  const expressions = patterns.map((pattern) => new RegExp(pattern, 'gu'));
  const needles = secrets.values.map((value) => Buffer.from(value));
  const holdsSecret = (bytes: Uint8Array): boolean => {
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    return needles.some((needle) => all.includes(needle));
  };
  const text = (given: string): string => replaceSecrets(given, secrets);
  const ofClients = new Set(credentials.headers);
  const names = new Set([...secrets.headers, ...credentials.headers]);
  const hasRules = edits.length > 0 || expressions.length > 0;
  return {
    text,
    excerpt: (given) => (hasRules ? undefined : text(given)),
    headers: (headers) => redactHeaders(headers, { text, names: ofClients }),
    query: (query) => text(redactQuery(query, credentials.query)),
    sentHeaders: (headers) => redactHeaders(headers, { text, names }),
    isNeeded: (bytes) => hasRules || (!keepMedia && mayHoldMedia(bytes)) || holdsSecret(bytes),
    redact(given) {
      const open = text(given);
      const short = keepMedia ? open : redactMedia(open);
      const edited = edits.length > 0 ? editJson(short, edits) : short;
      return expressions.reduce((all, expression) => all.replaceAll(expression, LEFT_OUT), edited);
    },
  };
}

/** JSON paths apply only to JSON. */
function editJson(text: string, edits: readonly PathEdit[]): string {
  const end = text.trimEnd().length;
  const start = startOfJson(text);
  const given = parsed(text.slice(start, end));
  if (given === undefined) return text;
  const value = edits.reduce((before, edit) => edit(before, () => LEFT_OUT), given);
  return `${text.slice(0, start)}${JSON.stringify(value)}${text.slice(end)}`;
}

/** Skips the field name before the JSON of an event. */
function startOfJson(text: string): number {
  let start = text.length - text.trimStart().length;
  if (text.startsWith('event:', start)) {
    const length = text.slice(start).search(/(?<=\n|\r(?!\n))/);
    start = length < 0 ? text.length : start + length;
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

/** Headers that carry credentials. */
const SECRET_HEADER = /auth|cookie|token|secret|api-?key|credential|signature|password|-pass$/i;

/** Headers about usage whose names only sound secret. */
const PUBLIC_HEADER = /ratelimit|tokens/i;

/** Every request has the same few names. */
const known = new LRUCache<string, boolean>({ max: 1_000 });

function isSecret(name: string): boolean {
  let is = known.get(name);
  if (is === undefined) {
    is = SECRET_HEADER.test(name) && !PUBLIC_HEADER.test(name);
    known.set(name, is);
  }
  return is;
}

interface HeaderSecrets {
  readonly text?: (text: string) => string;
  /** Secret names in addition to those that look secret, in lower case. */
  readonly names?: ReadonlySet<string>;
}

export function redactHeaders(headers: HeaderMap, { text, names }: HeaderSecrets = {}): HeaderMap {
  const kept: Record<string, string> = {};
  for (const name in headers) {
    const value = headers[name] ?? '';
    const isHidden = isSecret(name) || names?.has(name.toLowerCase());
    kept[name] = isHidden ? LEFT_OUT : (text?.(value) ?? value);
  }
  return kept;
}

const SECRET_PARAMETER = /^(?:key|api[_-]?key|access_token|token|sig|signature|code|secret|password)$/i;

export function redactQuery(query: string, names: readonly string[] = []): string {
  if (query === '') return '';
  const fields = new URLSearchParams(query);
  for (const name of new Set(fields.keys())) {
    if (SECRET_PARAMETER.test(name) || names.includes(name)) fields.set(name, LEFT_OUT);
  }
  return fields.toString();
}

export function redactUrl(text: string): string {
  const at = text.indexOf('?');
  const place = text.replace(/^(https?:\/\/)[^/@]*@/, `$1${LEFT_OUT}@`);
  return at < 0 ? place : `${place.slice(0, place.indexOf('?'))}?${redactQuery(text.slice(at + 1))}`;
}
