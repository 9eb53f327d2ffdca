import { GatewayError } from '../canonical/errors.ts';

/**
 * Joins an upstream's base URL and a path, either of which may have a query. A path without a leading slash would
 * extend the last name of the base URL, which may be the host's.
 */
export function joinUrl(baseUrl: string, path: string, query = ''): string {
  if (path[0] !== '/')
    throw new GatewayError('internal', `The path ${JSON.stringify(path)} must begin with a slash.`);
  if (query === '' && !baseUrl.includes('?') && !path.includes('?')) return withoutSlash(baseUrl) + path;
  const [base = '', ...ofBase] = baseUrl.split('?');
  const [file = '', ...ofPath] = path.split('?');
  const queries = [ofBase.join('?'), ofPath.join('?'), query].filter((part) => part !== '');
  const url = withoutSlash(base) + file;
  return queries.length > 0 ? `${url}?${queries.join('&')}` : url;
}

/** A URL without trailing slashes. */
export function withoutSlash(url: string): string {
  let end = url.length;
  while (url[end - 1] === '/') end -= 1;
  return url.slice(0, end);
}
