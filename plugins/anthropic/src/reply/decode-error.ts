import {
  type ErrorKind,
  errorObject,
  GatewayError,
  type HeaderMap,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  retryAfterMs,
  STATUS_KINDS,
  upstreamMessage,
} from '@dragoman/plugin';
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

const STATUSES: Readonly<Record<number, ErrorKind>> = { ...STATUS_KINDS, 529: 'overloaded' };

/** What an error of an Anthropic upstream means. */
export function decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const error = errorObject(body);
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

function kindOf(kind: ErrorKind, { message, details }: JsonObject): ErrorKind {
  if (kind === 'invalid' && typeof message === 'string' && message.includes('prompt is too long'))
    return 'context-window';
  // What has a code of its own is not a model.
  const isOther =
    kind === 'upstream-model' && isJsonObject(details) && typeof details['error_code'] === 'string';
  return isOther ? 'not-found' : kind;
}
