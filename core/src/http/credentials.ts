import type { IncomingHttpHeaders } from 'node:http';

/**
 * The key that a client sent: `Authorization: Bearer`, `x-api-key`, `api-key`, `x-goog-api-key` or `?key=`, as
 * each SDK has it.
 */
export function readCredential(headers: IncomingHttpHeaders, querystring: string): string | undefined {
  const { authorization } = headers;
  if (authorization) {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (scheme.toLowerCase() === 'bearer' && value) return value;
  }
  for (const name of ['x-api-key', 'api-key', 'x-goog-api-key']) {
    const value = headers[name];
    if (typeof value === 'string' && value) return value;
  }
  return (querystring && new URLSearchParams(querystring).get('key')) || undefined;
}
