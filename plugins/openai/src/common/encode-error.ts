import type { EncodedError, ErrorKind, GatewayError } from '@dragoman/plugin';

interface Row {
  readonly type: string;
  readonly code?: string;
}

/** How OpenAI names what went wrong. The status is the error's own, but for the rows of {@link STATUS}. */
const NAMES: Readonly<Record<ErrorKind, Row>> = {
  invalid: { type: 'invalid_request_error' },
  auth: { type: 'invalid_request_error', code: 'invalid_api_key' },
  billing: { type: 'insufficient_quota', code: 'insufficient_quota' },
  permission: { type: 'permission_error' },
  'not-found': { type: 'invalid_request_error', code: 'not_found' },
  'method-not-allowed': { type: 'invalid_request_error', code: 'method_not_allowed' },
  'request-timeout': { type: 'invalid_request_error', code: 'request_timeout' },
  conflict: { type: 'conflict_error' },
  'too-large': { type: 'invalid_request_error', code: 'request_too_large' },
  'context-window': { type: 'invalid_request_error', code: 'context_length_exceeded' },
  'content-policy': { type: 'invalid_request_error', code: 'content_policy_violation' },
  'upgrade-refused': { type: 'invalid_request_error', code: 'upgrade_refused' },
  'rate-limit': { type: 'rate_limit_exceeded', code: 'rate_limit_exceeded' },
  cancelled: { type: 'invalid_request_error', code: 'cancelled' },
  interrupted: { type: 'server_error', code: 'interrupted' },
  internal: { type: 'server_error' },
  'upstream-auth': { type: 'server_error', code: 'upstream_auth' },
  'upstream-model': { type: 'invalid_request_error', code: 'model_not_found' },
  'upstream-broken': { type: 'server_error', code: 'upstream_broken' },
  'upstream-unreachable': { type: 'server_error', code: 'upstream_unreachable' },
  overloaded: { type: 'server_error', code: 'overloaded' },
  timeout: { type: 'server_error', code: 'timeout' },
};

/** OpenAI says 429 of a spent quota; its code tells it from a rate limit. */
const STATUS: Partial<Record<ErrorKind, number>> = { billing: 429 };

/** Encodes an error in OpenAI's envelope, with what its SDKs go by when they decide on a retry. */
export function encodeError(error: GatewayError): EncodedError {
  const { kind, message, details } = error;
  const { type, code } = NAMES[kind];
  const { retryAfterMs } = details;
  const status = STATUS[kind] ?? error.status;
  const headers = {
    ...(retryAfterMs !== undefined && {
      'retry-after': String(Math.ceil(retryAfterMs / 1000)),
      'retry-after-ms': String(Math.ceil(retryAfterMs)),
    }),
    ...(details.upstream?.requestId && { 'x-upstream-request-id': details.upstream.requestId }),
    // Its SDKs repeat every 409, 429 and 5xx unless they are told not to.
    ...(status >= 408 && !mayPass(kind) && { 'x-should-retry': 'false' }),
  };
  return {
    status,
    headers,
    body: { error: { message, type, param: details.field ?? null, code: details.code ?? code ?? null } },
  };
}

const PASSING: ReadonlySet<ErrorKind> = new Set([
  'rate-limit',
  'overloaded',
  'timeout',
  'interrupted',
  'upstream-broken',
  'upstream-unreachable',
]);

/** Whether the same request may succeed a little later. */
function mayPass(kind: ErrorKind): boolean {
  return PASSING.has(kind);
}
