/** A response as it stood on the connection. */
export interface RawResponse {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  /** Why this is no proper HTTP, if it is not. */
  readonly flaw?: string;
  /** Whether the body is complete, as far as its framing says. */
  readonly isWhole: boolean;
}

const STATUS_LINE = /^HTTP\/1\.[01] (\d{3}) [\t\x20-\x7e\x80-\xff]*$/;
const HEADER_LINE = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/;

/** Reads the responses that a connection brought; strict, as a careful client is. */
export function readResponses(bytes: Buffer, methods: readonly string[]): readonly RawResponse[] {
  const responses: RawResponse[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const isHead = methods[responses.length] === 'HEAD';
    const { response, after } = readOne(rest, isHead);
    // `100 Continue` and the like come before the answer.
    if (response.status >= 200 || response.status === 101 || response.flaw) responses.push(response);
    if (response.flaw || !response.isWhole) break;
    rest = rest.subarray(after);
  }
  return responses;
}

function readOne(bytes: Buffer, isHead: boolean): { readonly response: RawResponse; readonly after: number } {
  const end = bytes.indexOf('\r\n\r\n');
  const [first = '', ...lines] = bytes.toString('latin1', 0, Math.max(end, 0)).split('\r\n');
  const status = Number(STATUS_LINE.exec(first)?.[1] ?? 0);
  const headers = lines.map((line) => {
    const [, name = '', value = ''] = HEADER_LINE.exec(line) ?? [];
    return [name.toLowerCase(), value] as const;
  });
  const bad = lines.find((line) => !HEADER_LINE.test(line));
  const start = end + 4;
  const flawed = (flaw: string) => ({
    response: { status, headers, body: bytes.subarray(start), flaw, isWhole: false },
    after: bytes.length,
  });
  if (end < 0) return flawed(`no end of the head: ${JSON.stringify(bytes.toString('latin1', 0, 80))}`);
  if (status === 0) return flawed(`the status line ${JSON.stringify(first)}`);
  if (bad !== undefined) return flawed(`the header line ${JSON.stringify(bad.slice(0, 100))}`);
  const valuesOf = (name: string): readonly string[] =>
    headers.filter(([known]) => known === name).map(([, value]) => value);
  const lengths = valuesOf('content-length');
  const isChunked = valuesOf('transfer-encoding').join().toLowerCase() === 'chunked';
  if (lengths.length > 1 || (lengths.length > 0 && isChunked)) return flawed('two framings');
  // A server that cannot read a message does not know its method either.
  const isHeadAnswer = isHead && (status < 400 || bytes.length === start);
  const isBare = isHeadAnswer || status < 200 || status === 204 || status === 304;
  if (isBare) return { response: { status, headers, body: Buffer.alloc(0), isWhole: true }, after: start };
  if (isChunked) return readChunks(bytes, start, { status, headers });
  const length = lengths.length > 0 ? Number(lengths[0]) : bytes.length - start;
  const body = bytes.subarray(start, start + length);
  return { response: { status, headers, body, isWhole: body.length === length }, after: start + length };
}

function readChunks(
  bytes: Buffer,
  start: number,
  head: Pick<RawResponse, 'status' | 'headers'>,
): { readonly response: RawResponse; readonly after: number } {
  const parts: Buffer[] = [];
  const done = (at: number, isWhole: boolean, flaw?: string) => ({
    response: { ...head, body: Buffer.concat(parts), isWhole, ...(flaw && { flaw }) },
    after: at,
  });
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    if (lineEnd < 0) return done(bytes.length, false);
    const line = bytes.toString('latin1', at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line))
      return done(at, false, `the chunk size ${JSON.stringify(line.slice(0, 40))}`);
    const size = Number.parseInt(line, 16);
    const from = lineEnd + 2;
    if (bytes.length < from + size + 2) return done(bytes.length, false);
    parts.push(bytes.subarray(from, from + size));
    at = from + size + 2;
    if (size === 0) return done(at, true);
  }
}
