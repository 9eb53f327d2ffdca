import type { EncodedError, ErrorKind, GatewayError } from '@dragoman/plugin';

interface Row {
  readonly status: string;
  /** Where it differs from the error's own. */
  readonly code?: number;
}

/** How Google names what went wrong. */
const NAMES: Readonly<Record<ErrorKind, Row>> = {
  invalid: { status: 'INVALID_ARGUMENT' },
  auth: { status: 'UNAUTHENTICATED' },
  billing: { status: 'RESOURCE_EXHAUSTED', code: 429 },
  permission: { status: 'PERMISSION_DENIED' },
  'not-found': { status: 'NOT_FOUND' },
  'method-not-allowed': { status: 'INVALID_ARGUMENT' },
  'request-timeout': { status: 'DEADLINE_EXCEEDED' },
  conflict: { status: 'ABORTED' },
  'too-large': { status: 'INVALID_ARGUMENT' },
  'context-window': { status: 'INVALID_ARGUMENT' },
  'content-policy': { status: 'INVALID_ARGUMENT' },
  'upgrade-refused': { status: 'FAILED_PRECONDITION' },
  'rate-limit': { status: 'RESOURCE_EXHAUSTED' },
  cancelled: { status: 'CANCELLED' },
  internal: { status: 'INTERNAL' },
  'upstream-auth': { status: 'INTERNAL' },
  'upstream-model': { status: 'NOT_FOUND' },
  'upstream-broken': { status: 'INTERNAL' },
  'upstream-unreachable': { status: 'UNAVAILABLE' },
  interrupted: { status: 'UNAVAILABLE' },
  overloaded: { status: 'UNAVAILABLE' },
  timeout: { status: 'DEADLINE_EXCEEDED' },
};

/** Encodes an error in Google's envelope. */
export function encodeError(error: GatewayError): EncodedError {
  const { kind, message, details } = error;
  const { status, code = error.status } = NAMES[kind];
  const { retryAfterMs } = details;
  const retry = retryAfterMs !== undefined && {
    details: [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: `${retryAfterMs / 1000}s` }],
  };
  return {
    status: code,
    headers: {
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      ...(details.upstream?.requestId && { 'x-upstream-request-id': details.upstream.requestId }),
    },
    body: { error: { code, message, status, ...retry } },
  };
}
