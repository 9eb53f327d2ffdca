import type { IncomingHttpHeaders } from 'node:http';

/** The parts of a request that may hold its credential. */
export interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly querystring: string;
  /** The query field in which this protocol's clients send their key; most protocols have none. */
  readonly field: string | undefined;
}

/**
 * The key that a client sent: `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`, as each SDK has
 * it. A key in the query turns every URL of the gateway into a working link, so it is accepted only for protocols
 * whose SDKs need it.
 */
export function readCredential({ headers, querystring, field }: Sent): string | undefined {
  const { authorization } = headers;
  if (authorization) {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (scheme.toLowerCase() === 'bearer' && value) return value;
  }
  for (const name of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    const value = headers[name];
    if (typeof value === 'string' && value) return value;
  }
  if (field === undefined || querystring === '') return undefined;
  return new URLSearchParams(querystring).get(field) || undefined;
}

const CREDENTIAL = /^(?:key|api[_-]?key|access_token)$/i;

/** A query without credentials, as it may be sent to an upstream. It is parsed first, since `%6bey` is `key` too. */
export function withoutCredentials(querystring: string): string {
  if (querystring === '') return '';
  const query = new URLSearchParams(querystring);
  const names = [...query.keys()].filter((name) => CREDENTIAL.test(name));
  // Without credentials, the query stays exactly as the client wrote it.
  if (names.length === 0) return querystring;
  for (const name of names) query.delete(name);
  return query.toString();
}
