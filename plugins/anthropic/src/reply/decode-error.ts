import {
  type ErrorKind,
  GatewayError,
  type HeaderMap,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  retryAfterMs,
  upstreamMessage,
  wordsIn,
} from '@dragoman/core';
import { ANTHROPIC } from '../wire.ts';

/** By the type of the error, which is also there when it comes inside a stream. */
const KINDS: Readonly<Record<string, ErrorKind>> = {
  invalid_request_error: 'invalid',
  // The key is the gateway's own: its client is not to blame.
  authentication_error: 'upstream-auth',
  permission_error: 'upstream-auth',
  billing_error: 'billing',
  not_found_error: 'upstream-model',
  conflict_error: 'conflict',
  request_too_large: 'too-large',
  rate_limit_error: 'rate-limit',
  api_error: 'upstream-broken',
  timeout_error: 'timeout',
  overloaded_error: 'overloaded',
};

const STATUSES: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  401: 'upstream-auth',
  402: 'billing',
  403: 'upstream-auth',
  404: 'upstream-model',
  408: 'timeout',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

/** What an error of an Anthropic upstream means. */
export function decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const error = errorOf(body);
  const { type, message, details } = error;
  const named = typeof type === 'string' && Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
  const kind = kindOf(named ?? STATUSES[status] ?? 'upstream-broken', error);
  const wait = retryAfterMs(headers);
  return new GatewayError(kind, upstreamMessage(kind, status, message), {
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(kind === 'context-window' && { code: 'context_length_exceeded' }),
    ...(isJsonObject(details) && { extensions: { [ANTHROPIC]: details } }),
    upstream: { status },
  });
}

/** Compatible servers and proxies may say no more than a text, or leave out the object around their fields. */
function errorOf(body: JsonValue | undefined): JsonObject {
  if (!isJsonObject(body)) return {};
  const { error } = body;
  return isJsonObject(error) ? error : { ...body, message: wordsIn(body) ?? null };
}

function kindOf(kind: ErrorKind, { message, details }: JsonObject): ErrorKind {
  if (kind === 'invalid' && typeof message === 'string' && message.includes('prompt is too long'))
    return 'context-window';
  // What has a code of its own is not a model.
  const isOther =
    kind === 'upstream-model' && isJsonObject(details) && typeof details['error_code'] === 'string';
  return isOther ? 'not-found' : kind;
}
