import type { IncomingHttpHeaders } from 'node:http';
import type { HeaderMap, Plugin } from '@dragoman/plugin';
import { PASS_HEADER } from './passes.ts';

/** Where clients put their key, besides `Authorization: Bearer`. */
export interface CredentialNames {
  readonly headers: readonly string[];
  /** Query fields. */
  readonly query: readonly string[];
}

/** All places where a client of any protocol may put its key: none of them may be recorded or passed on. */
export function credentialNames(plugins: readonly Plugin[]): CredentialNames {
  const places = plugins.flatMap(({ protocols = [] }) =>
    protocols.flatMap(({ credentials }) => credentials ?? []),
  );
  return {
    headers: [...new Set(places.flatMap(({ headers = [] }) => headers))],
    query: [...new Set(places.flatMap(({ query }) => query ?? []))],
  };
}

/** The parts of a request that may contain its credential. */
export interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly querystring: string;
  /** The headers in which clients of any protocol send their key: an SDK may be pointed at another protocol's paths. */
  readonly names: readonly string[];
  /** The query field in which this protocol's clients send their key; most protocols have none. */
  readonly field: string | undefined;
}

/**
 * A client's key: `Authorization: Bearer`, or a header of a protocol. A key in the query turns every URL of the gateway
 * into a working link, so it is accepted only for protocols whose SDKs need it.
 */
export function readCredential({ headers, querystring, names, field }: Sent): string | undefined {
  const { authorization } = headers;
  if (authorization) {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (scheme.toLowerCase() === 'bearer' && value) return value;
  }
  for (const name of names) {
    const value = headers[name];
    if (typeof value === 'string' && value) return value;
  }
  if (field === undefined || querystring === '') return undefined;
  return new URLSearchParams(querystring).get(field) || undefined;
}

/** The headers of a request without its credentials. `names` are those of all protocols. */
export function headersWithoutCredentials(headers: HeaderMap, names: readonly string[]): HeaderMap {
  const left: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!ALWAYS_SECRET.has(name) && !names.includes(name)) left[name] = value;
  }
  return left;
}

const ALWAYS_SECRET: ReadonlySet<string> = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  PASS_HEADER,
]);

const CREDENTIAL = /^(?:key|api[_-]?key|access_token)$/i;

/**
 * The query without credentials, as it may be sent to an upstream; `field` is the protocol's. It is parsed first, since
 * `%6bey` is `key`, too.
 */
export function withoutCredentials(querystring: string, field?: string): string {
  if (querystring === '') return '';
  const query = new URLSearchParams(querystring);
  const names = [...query.keys()].filter((name) => name === field || CREDENTIAL.test(name));
  // Without credentials, the query stays exactly as the client wrote it.
  if (names.length === 0) return querystring;
  for (const name of names) query.delete(name);
  return query.toString();
}
