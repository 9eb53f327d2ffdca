import type { HeaderMap, TraceRecord } from '@dragoman/plugin';
import type { RecordedBody, TraceDetail } from './worker/detail.ts';

/** A trace as an entry of an HTTP archive (HAR), which browser tools and proxies read. */
export interface HarEntry {
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: object;
  readonly response: object;
  readonly cache: object;
  readonly timings: object;
  readonly comment: string;
}

/** The client's request, then the requests to upstreams. `origin` is the gateway's public origin. */
export function harEntries(
  trace: TraceRecord,
  detail: TraceDetail | undefined,
  origin: string,
): readonly HarEntry[] {
  const path = trace.path + (detail?.query ? `?${detail.query}` : '');
  const client = entry({
    startedAt: trace.startedAt,
    ms: trace.ms,
    waitMs: trace.ttftMs ?? trace.ms,
    comment: `${trace.id}: the client`,
    request: {
      method: trace.method,
      url: origin + path,
      headers: detail?.request.headers,
      body: detail?.request.body,
    },
    response: { status: trace.status, headers: detail?.reply.headers, body: detail?.reply.body },
  });
  const upstreams = (detail?.exchanges ?? []).map((exchange) => {
    const attempt = trace.attempts[exchange.attempt];
    const sentMs = attempt?.sentMs ?? attempt?.startMs ?? 0;
    return entry({
      startedAt: trace.startedAt + sentMs,
      ms: (attempt?.endMs ?? trace.ms) - sentMs,
      connectMs: (attempt?.connectedMs ?? sentMs) - sentMs,
      waitMs: (attempt?.headersMs ?? sentMs) - sentMs,
      comment: `${trace.id}: attempt ${exchange.attempt + 1} at ${attempt?.upstream ?? 'an upstream'}`,
      request: exchange,
      response: { status: exchange.status ?? 0, headers: exchange.replyHeaders, body: exchange.reply },
    });
  });
  return [client, ...upstreams];
}

/** An archive of entries, as text chunks. */
export async function* harText(
  entries: AsyncIterable<HarEntry> | Iterable<HarEntry>,
  version: string,
): AsyncGenerator<string> {
  const creator = JSON.stringify({ name: 'Dragoman', version });
  yield `{"log":{"version":"1.2","creator":${creator},"entries":[`;
  let separator = '';
  for await (const one of entries) {
    yield separator + JSON.stringify(one);
    separator = ',\n';
  }
  yield ']}}\n';
}

interface EntryInput {
  readonly startedAt: number;
  readonly ms: number;
  /** Until the connection was established; absent if unknown. */
  readonly connectMs?: number;
  /** Until the reply began. */
  readonly waitMs: number;
  readonly comment: string;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers?: HeaderMap | undefined;
    readonly body?: RecordedBody | undefined;
  };
  readonly response: {
    readonly status: number;
    readonly headers?: HeaderMap | undefined;
    readonly body?: RecordedBody | undefined;
  };
}

function entry({ startedAt, ms, connectMs, waitMs, comment, request, response }: EntryInput): HarEntry {
  const { method, url, headers = {}, body } = request;
  const { headers: replyHeaders = {}, body: reply } = response;
  const connect = connectMs ?? 0;
  const begun = Math.max(connect, Math.min(waitMs, ms));
  return {
    startedDateTime: new Date(startedAt).toISOString(),
    time: ms,
    request: {
      ...{ method, url, httpVersion: 'HTTP/1.1', cookies: [], headers: pairs(headers) },
      queryString: [...(URL.parse(url)?.searchParams ?? [])].map(([name, value]) => ({ name, value })),
      ...(body && { postData: { mimeType: headers['content-type'] ?? 'application/json', text: body.text } }),
      ...{ headersSize: -1, bodySize: body ? Buffer.byteLength(body.text) : -1 },
    },
    response: {
      ...{ status: response.status, statusText: '', httpVersion: 'HTTP/1.1', cookies: [] },
      headers: pairs(replyHeaders),
      content: {
        size: reply ? Buffer.byteLength(reply.text) : 0,
        mimeType: replyHeaders['content-type'] ?? '',
        ...(reply && { text: reply.text }),
      },
      ...{ redirectURL: '', headersSize: -1, bodySize: -1 },
    },
    cache: {},
    timings: { connect: connectMs ?? -1, send: 0, wait: begun - connect, receive: ms - begun },
    comment,
  };
}

function pairs(headers: HeaderMap): readonly { readonly name: string; readonly value: string }[] {
  return Object.entries(headers).map(([name, value]) => ({ name, value }));
}
