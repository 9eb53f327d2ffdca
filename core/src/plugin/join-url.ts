/** Joins an upstream's base URL and a path, each of which may bring a query. */
export function joinUrl(baseUrl: string, path: string, query = ''): string {
  if (query === '' && !baseUrl.includes('?') && !path.includes('?')) return withoutSlash(baseUrl) + path;
  const [base = '', ...ofBase] = baseUrl.split('?');
  const [file = '', ...ofPath] = path.split('?');
  const queries = [ofBase.join('?'), ofPath.join('?'), query].filter((part) => part !== '');
  const url = withoutSlash(base) + file;
  return queries.length > 0 ? `${url}?${queries.join('&')}` : url;
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.replace(/\/+$/, '') : url;
}
