/** Joins an upstream's base URL and a path, each of which may bring a query. */
export function joinUrl(baseUrl: string, path: string, query = ''): string {
  const [base = '', ...ofBase] = baseUrl.split('?');
  const [file = '', ...ofPath] = path.split('?');
  const queries = [ofBase.join('?'), ofPath.join('?'), query].filter((part) => part !== '');
  const url = base.replace(/\/+$/, '') + file;
  return queries.length > 0 ? `${url}?${queries.join('&')}` : url;
}
