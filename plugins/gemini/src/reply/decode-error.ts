import {
  defined,
  durationMs,
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
import { arrayOf } from '../wire.ts';

const STATUSES: Readonly<Record<string, ErrorKind>> = {
  INVALID_ARGUMENT: 'invalid',
  FAILED_PRECONDITION: 'permission',
  OUT_OF_RANGE: 'invalid',
  // The key is the gateway's own: its client is not to blame.
  UNAUTHENTICATED: 'upstream-auth',
  PERMISSION_DENIED: 'upstream-auth',
  NOT_FOUND: 'upstream-model',
  ABORTED: 'conflict',
  RESOURCE_EXHAUSTED: 'rate-limit',
  CANCELLED: 'upstream-broken',
  INTERNAL: 'upstream-broken',
  UNAVAILABLE: 'overloaded',
  DEADLINE_EXCEEDED: 'timeout',
};

/** What an error of a Gemini upstream means. Streams may wrap it in an array. */
export function decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const value = Array.isArray(body) ? (body as readonly JsonValue[])[0] : body;
  const error = errorObject(value);
  const details = arrayOf(error['details']).filter(isJsonObject);
  const kind = kindOf(status, error, details);
  return new GatewayError(kind, upstreamMessage(kind, status, error['message']), {
    ...defined({
      retryAfterMs: retryAfter(headers, details),
      code: kind === 'context-window' ? 'context_length_exceeded' : undefined,
    }),
    upstream: { status },
  });
}

function kindOf(status: number, error: JsonObject, details: readonly JsonObject[]): ErrorKind {
  const { status: name, code, message } = error;
  const text = typeof message === 'string' ? message : '';
  const isKey = details.some(({ reason }) => reason === 'API_KEY_INVALID') || /api key not valid/i.test(text);
  if (isKey) return 'upstream-auth';
  const named = typeof name === 'string' && Object.hasOwn(STATUSES, name) ? STATUSES[name] : undefined;
  const numbered = STATUS_KINDS[status < 400 && typeof code === 'number' ? code : status];
  const kind = named ?? numbered ?? 'upstream-broken';
  const isTooLong = kind === 'invalid' && /input token count.*exceeds|maximum number of tokens/i.test(text);
  return isTooLong ? 'context-window' : kind;
}

/** `RetryInfo` says it as `"13s"` or `"0.5s"`. */
function retryAfter(headers: HeaderMap, details: readonly JsonObject[]): number | undefined {
  const delay = details.map(({ retryDelay }) => retryDelay).find((value) => typeof value === 'string');
  return durationMs(delay) ?? retryAfterMs(headers);
}
