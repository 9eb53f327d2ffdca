import type { IncomingHttpHeaders } from 'node:http';

/** Where the credential of a request may stand. */
export interface Sent {
  readonly headers: IncomingHttpHeaders;
  readonly querystring: string;
  /** The field of the query that this protocol's clients write their key into; none, as a rule. */
  readonly field: string | undefined;
}

/**
 * The key that a client sent: `Authorization: Bearer`, `x-api-key`, `api-key` or `x-goog-api-key`, as each SDK has
 * it. A key in the query makes any address of the gateway a link that works, so only a protocol that cannot do
 * without takes it there.
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

/** A query as it may go on to an upstream. It is parsed before it is looked at: `%6bey` is `key` too. */
export function withoutCredentials(querystring: string): string {
  if (querystring === '') return '';
  const query = new URLSearchParams(querystring);
  const names = [...query.keys()].filter((name) => CREDENTIAL.test(name));
  // What holds none goes on as it was written.
  if (names.length === 0) return querystring;
  for (const name of names) query.delete(name);
  return query.toString();
}
