import {
  defined,
  type ErrorKind,
  GatewayError,
  type HeaderMap,
  isJsonObject,
  type JsonValue,
  retryAfterMs,
  STATUS_KINDS,
  upstreamMessage,
} from '@dragoman/plugin';
import { arrayOf } from './values.ts';

const KINDS: Readonly<Record<number, ErrorKind | undefined>> = {
  ...STATUS_KINDS,
  409: 'conflict',
  422: 'invalid',
  529: 'overloaded',
};

/** By `code` or `type`. */
const CODES = new Map<string | undefined, ErrorKind>([
  ['context_length_exceeded', 'context-window'],
  ['content_policy_violation', 'content-policy'],
  ['content_filter', 'content-policy'],
  ['insufficient_quota', 'billing'],
  ['model_not_found', 'upstream-model'],
  ['rate_limit_exceeded', 'rate-limit'],
  ['invalid_api_key', 'upstream-auth'],
  ['server_error', 'upstream-broken'],
  ['overloaded', 'overloaded'],
]);

/** What servers without codes say. */
const PHRASES: readonly (readonly [RegExp, ErrorKind])[] = [
  [/maximum context length|context length exceeded|context window|prompt is too long/i, 'context-window'],
  [/(?:invalid|incorrect|wrong) api key|api key not valid|invalid authentication/i, 'upstream-auth'],
];

/** What an error of an OpenAI-compatible upstream means. Some say `detail` or a bare `message`. */
export function decodeError(status: number, headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const error = errorOf(body);
  const kind = kindOf(status, error);
  const isOwnCode = kind === 'invalid' || (kind !== 'upstream-auth' && CODES.has(error.code));
  const details = defined({
    field: error.param,
    code: isOwnCode ? error.code : undefined,
    retryAfterMs: retryAfterMs(headers),
  });
  return new GatewayError(kind, upstreamMessage(kind, status, error.message), {
    ...details,
    upstream: { status },
  });
}

/** An error inside a stream has no status of its own; some servers put one into `code`. */
function kindOf(
  status: number,
  { code, type, message = '', status: own = status }: UpstreamError,
): ErrorKind {
  const named = CODES.get(code) ?? CODES.get(type);
  if (named) return named;
  const byStatus = KINDS[status < 400 ? own : status];
  const kind = byStatus ?? (type === 'invalid_request_error' ? 'invalid' : 'upstream-broken');
  if (kind !== 'invalid') return kind;
  return PHRASES.find(([phrase]) => phrase.test(message))?.[1] ?? kind;
}

interface UpstreamError {
  readonly message?: string;
  readonly type?: string;
  readonly code?: string;
  readonly param?: string;
  /** An HTTP status that the body names. */
  readonly status?: number;
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
  const status = Number(fields['code'] ?? fields['status']);
  return defined({
    message: read('message') ?? read('detail') ?? firstDetail(fields['detail']),
    type: read('type'),
    code: read('code'),
    param: read('param'),
    status: status >= 400 && status < 600 ? status : undefined,
  });
}

/** FastAPI lists what was wrong: `detail: [{ loc, msg }]`. */
function firstDetail(detail: JsonValue | undefined): string | undefined {
  const [first] = arrayOf(detail);
  return isJsonObject(first) && typeof first['msg'] === 'string' ? first['msg'] : undefined;
}
