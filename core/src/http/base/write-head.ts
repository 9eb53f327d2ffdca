import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { Context } from 'koa';
import type { HeaderMap, LimitHeadroom, Protocol } from '@dragoman/plugin';
import { headerNumber, type HeaderValue, headerValue } from '../../transport/header-value.ts';
import { isReplyStatus } from '../../transport/reply-status.ts';
import type { RequestState } from './request-state.ts';
import { asInert, REPLY_POLICY } from './reply-policy.ts';

export interface Head {
  readonly status: number;
  /** From an upstream, a plugin or the gateway; invalid names and values are repaired. */
  readonly headers: HeaderMap;
  /** The length of a body that is sent in one piece. */
  readonly length?: number;
}

type Written = Readonly<Record<string, string | number>>;

/**
 * Writes the status and the headers of a reply. Every reply that Koa does not write goes through here, so that all have
 * the gateway's own headers and its security policy. Never throws. Returns what was written.
 */
export function writeHead({ res: response, state }: Context, { status, headers, length }: Head): Written {
  // One literal: objects that grow field by field are slower, and every reply creates this one.
  const wanted: Record<string, string | number> = { ...headers, ...ownHeaders(state), ...REPLY_POLICY };
  if (length !== undefined) wanted['content-length'] = length;
  const written = asInert(status, wanted);
  if (response.headersSent) return written;
  const code = isReplyStatus(status) ? status : 500;
  if (!hasLongLine(headers)) {
    try {
      response.writeHead(code, written);
      return written;
    } catch {
      // One invalid header makes Node refuse them all.
    }
  }
  const repaired = repair(written);
  response.writeHead(code, repaired);
  return repaired;
}

/** The longest header line. Many clients accept at most 16 KiB of headers in total. */
const MOST_CHARACTERS = 4_096;

function hasLongLine(headers: HeaderMap): boolean {
  for (const name in headers) if (name.length + (headers[name]?.length ?? 0) > MOST_CHARACTERS) return true;
  return false;
}

/** Connection headers, which Node writes. */
const OF_NODE: ReadonlySet<string> = new Set(['trailer', 'transfer-encoding', 'upgrade']);

function repair(headers: Written): Written {
  const repaired: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || OF_NODE.has(name.toLowerCase()) || !isName(name)) continue;
    repaired[name] = isValue(name, value) ? value : headerValue(String(value));
  }
  return repaired;
}

function isName(name: string): boolean {
  return name.length <= MOST_CHARACTERS && doesNotThrow(() => validateHeaderName(name));
}

function isValue(name: string, value: string | number): boolean {
  const text = String(value);
  return text.length <= MOST_CHARACTERS && doesNotThrow(() => validateHeaderValue(name, text));
}

function doesNotThrow(check: () => void): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}

/**
 * The gateway's own reply headers: the request id, the upstream, the number of attempts, and the gateway's overhead. They
 * are written in one call with all other headers: a header set beforehand makes Node take a slower path for all of them.
 */
export function ownHeaders(state: Context['state']): HeaderMap {
  const { requestId: id, clientRequestId, record, protocol } = state as RequestState;
  const { upstream, upstreamModel = '', attempts, readAt, upstreamMs } = record;
  const requestId = headerValue(id);
  const asked = clientRequestId === undefined ? requestId : headerValue(clientRequestId);
  // OpenAI's SDKs read the first, Anthropic's the second. The first returns the client's own id if it sent one; the
  // second is always the trace's.
  const limits = record.limits && limitHeaders(protocol, record.limits);
  if (upstream === undefined) return { 'x-request-id': asked, 'request-id': requestId, ...limits };
  record.overheadMs = performance.now() - readAt - upstreamMs;
  const headers: Readonly<Record<string, HeaderValue>> = {
    'x-request-id': asked,
    'request-id': requestId,
    'x-dragoman-upstream': headerValue(upstream),
    'x-dragoman-model': headerValue(upstreamModel),
    'x-dragoman-attempts': headerNumber(attempts),
    'x-dragoman-overhead-ms': headerNumber(Math.round(record.overheadMs * 100) / 100),
  };
  if (!limits && upstreamModel !== '') return headers;
  const { 'x-dragoman-model': model = '', ...others } = headers;
  return { ...others, ...(model !== '' && { 'x-dragoman-model': model }), ...limits };
}

/** A plugin that throws here must not cost the client its reply. */
function limitHeaders(protocol: Protocol, limits: LimitHeadroom): HeaderMap | undefined {
  try {
    return protocol.encodeLimits?.(limits);
  } catch {
    return undefined;
  }
}
