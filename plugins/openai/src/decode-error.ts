import { type ErrorKind, GatewayError, type HeaderMap, isJsonObject, type JsonValue } from '@dragoman/core';

const KINDS: Readonly<Record<number, ErrorKind>> = {
  400: 'invalid',
  // The key is the gateway's own: its client is not to blame.
  401: 'upstream-auth',
  402: 'billing',
  403: 'upstream-auth',
  404: 'upstream-model',
  408: 'timeout',
  409: 'conflict',
  413: 'too-large',
  422: 'invalid',
  429: 'rate-limit',
  503: 'overloaded',
  504: 'timeout',
  529: 'overloaded',
};

const CODES: Readonly<Record<string, ErrorKind>> = {
  context_length_exceeded: 'context-window',
  content_policy_violation: 'content-policy',
  content_filter: 'content-policy',
  insufficient_quota: 'billing',
  model_not_found: 'upstream-model',
  rate_limit_exceeded: 'rate-limit',
  invalid_api_key: 'upstream-auth',
  server_error: 'upstream-broken',
  overloaded: 'overloaded',
};

const AUTH_MESSAGE = "The upstream refused the gateway's own credentials.";

/** What an error of an OpenAI-compatible upstream means. Some say `detail` or a bare `message`. */
export function decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const error = errorOf(body);
  const kind = CODES[error.code ?? ''] ?? CODES[error.type ?? ''] ?? KINDS[status] ?? 'upstream-broken';
  const retryAfterMs = retryAfter(headers);
  return new GatewayError(kind, messageOf(kind, status, error), {
    ...(error.param !== undefined && { field: error.param }),
    ...(error.code !== undefined && kind !== 'upstream-auth' && { code: error.code }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    upstream: { status },
  });
}

interface UpstreamError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
}

function errorOf(body: JsonValue | undefined): UpstreamError {
  // Gemini's compatible endpoint wraps its errors in an array.
  const value = Array.isArray(body) ? (body[0] as JsonValue | undefined) : body;
  if (!isJsonObject(value)) return {};
  const error = value['error'];
  if (typeof error === 'string') return { message: error };
  const fields = isJsonObject(error) ? error : value;
  const read = (name: string): string | undefined => {
    const field = fields[name];
    return typeof field === 'string' && field !== '' ? field : undefined;
  };
  const [message, type, code, param] = [read('message') ?? read('detail'), read('type'), read('code'), read('param')];
  return { ...(message && { message }), ...(type && { type }), ...(code && { code }), ...(param && { param }) };
}

function messageOf(kind: ErrorKind, status: number, { message }: UpstreamError): string {
  if (kind === 'upstream-auth') return AUTH_MESSAGE;
  const text = message?.slice(0, 2000);
  return text ?? `The upstream answered with status ${status}.`;
}

/** `retry-after-ms`, or `retry-after` in seconds. */
function retryAfter(headers: HeaderMap): number | undefined {
  const milliseconds = Number(headers['retry-after-ms'] ?? Number.NaN);
  if (milliseconds >= 0) return milliseconds;
  const seconds = Number(headers['retry-after'] ?? Number.NaN);
  return seconds >= 0 ? seconds * 1000 : undefined;
}
