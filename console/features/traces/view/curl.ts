import type { Trace, TraceDetail } from '../../../lib/types.ts';

const SENT = /^(?:content-type|accept|anthropic-.*|openai-.*)$/;

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** The client's request as a command; the key comes from the environment. */
export function curlOf(trace: Trace, detail: TraceDetail, origin: string): string {
  const { request, query } = detail;
  const headers = Object.entries(request.headers).filter(
    ([name, value]) => SENT.test(name) && value !== '[redacted]',
  );
  const body = request.body?.text ?? '';
  const lines = [
    `curl -N ${quoted(`${origin}${trace.path}${query === '' ? '' : `?${query}`}`)}`,
    ...headers.map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`),
    '-H "Authorization: Bearer $GATEWAY_API_KEY"',
    ...(body === '' ? [] : [`--data-binary ${quoted(body)}`]),
  ];
  return lines.join(' \\\n  ');
}
