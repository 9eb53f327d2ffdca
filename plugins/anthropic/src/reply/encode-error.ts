import { defined, type EncodedError, type ErrorKind, type GatewayError } from '@dragoman/plugin';
import { ANTHROPIC } from '../wire.ts';

interface Row {
  readonly type: string;
  /** Where it differs from the error's own. */
  readonly status?: number;
}

/** How Anthropic names what went wrong. */
const NAMES: Readonly<Record<ErrorKind, Row>> = {
  invalid: { type: 'invalid_request_error' },
  auth: { type: 'authentication_error' },
  billing: { type: 'billing_error' },
  permission: { type: 'permission_error' },
  'not-found': { type: 'not_found_error' },
  'method-not-allowed': { type: 'invalid_request_error' },
  'request-timeout': { type: 'timeout_error' },
  conflict: { type: 'conflict_error' },
  'too-large': { type: 'request_too_large' },
  'context-window': { type: 'invalid_request_error' },
  'content-policy': { type: 'invalid_request_error' },
  'upgrade-refused': { type: 'invalid_request_error' },
  'rate-limit': { type: 'rate_limit_error' },
  cancelled: { type: 'invalid_request_error' },
  interrupted: { type: 'api_error' },
  internal: { type: 'api_error' },
  'upstream-auth': { type: 'api_error' },
  'upstream-model': { type: 'not_found_error' },
  'upstream-broken': { type: 'api_error' },
  'upstream-unreachable': { type: 'api_error' },
  overloaded: { type: 'overloaded_error', status: 529 },
  timeout: { type: 'timeout_error' },
};

/** Encodes an error in Anthropic's envelope. */
export function encodeError(error: GatewayError): EncodedError {
  const { kind, message, details } = error;
  const { type, status = error.status } = NAMES[kind];
  const { retryAfterMs, extensions } = details;
  const own = extensions?.[ANTHROPIC];
  return {
    status,
    headers: {
      ...(retryAfterMs !== undefined && { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
      ...(details.upstream?.requestId && { 'x-upstream-request-id': details.upstream.requestId }),
    },
    body: { type: 'error', error: defined({ type, message: worded(kind, message), details: own }) },
  };
}

/** Claude Code looks for these words to make room in its context. */
function worded(kind: ErrorKind, message: string): string {
  if (kind !== 'context-window' || message.includes('prompt is too long')) return message;
  return `prompt is too long: ${message}`;
}
