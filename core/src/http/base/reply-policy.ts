import { LRUCache } from 'lru-cache';
import type { HeaderMap } from '@dragoman/plugin';

/**
 * The security headers of protocol routes. Their bytes come from upstreams and clients, and may share the console's
 * origin, so a browser must never run or show them.
 */
export const REPLY_POLICY = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const satisfies HeaderMap;

/** Types that browsers never execute. All others become downloads. */
const INERT: ReadonlySet<string> = new Set([
  'application/json',
  'application/jsonl',
  'application/x-jsonlines',
  'application/x-ndjson',
  'application/octet-stream',
  'application/gzip',
  'application/zip',
  'multipart/form-data',
  'text/csv',
  'text/event-stream',
  'text/markdown',
  'text/plain',
  'image/avif',
  'image/bmp',
  'image/gif',
  'image/jpeg',
  'image/png',
  'image/webp',
]);

/** `audio/mpeg`, `video/mp4`, `application/problem+json`. */
const INERT_KIND = /^(?:(?:audio|video)\/[\w.+-]+|application\/[\w.+-]+\+json)$/;

/** A type with parameters, parsed strictly: browsers use the last of two types in one header. */
const TYPE = /^([\w.+-]+\/[\w.+-]+)(?:\s*;\s*[\w-]+=(?:[\w.:+/-]+|"[\w .:+/=-]*"))*$/;

type Headers = Readonly<Record<string, string | number>>;

/** The headers of a reply, turned into a download unless its type is known to be inert. */
export function asInert(status: number, headers: Headers): Headers {
  const type = headers['content-type'];
  if (typeof type === 'string' && isInert(type)) return headers;
  if (type === undefined && (status === 204 || status === 304)) return headers;
  return {
    ...headers,
    'content-type': 'application/octet-stream',
    'content-disposition': asAttachment(headers['content-disposition']),
  };
}

/** Cached for the few types that nearly all replies have. */
const KNOWN = new LRUCache<string, boolean>({ max: 100 });

function isInert(type: string): boolean {
  let known = KNOWN.get(type);
  if (known === undefined) {
    known = judge(type);
    KNOWN.set(type, known);
  }
  return known;
}

function judge(type: string): boolean {
  const name = TYPE.exec(type.trim().toLowerCase())?.[1] ?? '';
  return INERT.has(name) || INERT_KIND.test(name);
}

/** Keeps a simple file name. */
function asAttachment(disposition: string | number | undefined): string {
  const name = /;\s*filename="?([\w][\w .()-]{0,127})"?\s*(?:;|$)/i.exec(String(disposition ?? ''))?.[1];
  return name === undefined ? 'attachment' : `attachment; filename="${name}"`;
}
