import type { Trace, TraceDetail } from '../../../lib/admin/types.ts';

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The client's request as a command; the key comes from the environment. */
export function curlOf(trace: Trace, detail: TraceDetail, origin: string): string {
  const { request, query, repeatedHeaders } = detail;
  // The command has a name of its own.
  const headers = Object.entries(repeatedHeaders).filter(([name]) => name !== 'user-agent');
  const body = request.body?.text ?? '';
  const lines = [
    `curl -N ${quoted(`${origin}${trace.path}${query === '' ? '' : `?${query}`}`)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    '-H "Authorization: Bearer $GATEWAY_API_KEY"',
    ...(body === '' ? [] : [`--data-binary ${quoted(body)}`]),
  ];
  return lines.join(' \\\n  ');
}
