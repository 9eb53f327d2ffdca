import type { Extensions } from './chat.ts';

/**
 * The closed table of failures. `status` is what HTTP says, `retryable` whether another candidate may succeed
 * where this one failed. Kinds that begin with `upstream-` blame the upstream, never the client.
 */
const KINDS = {
  invalid: { status: 400, retryable: false },
  auth: { status: 401, retryable: false },
  billing: { status: 402, retryable: true },
  permission: { status: 403, retryable: false },
  'not-found': { status: 404, retryable: false },
  'method-not-allowed': { status: 405, retryable: false },
  'request-timeout': { status: 408, retryable: false },
  conflict: { status: 409, retryable: false },
  'too-large': { status: 413, retryable: false },
  'context-window': { status: 400, retryable: false },
  'content-policy': { status: 400, retryable: false },
  'upgrade-refused': { status: 426, retryable: false },
  'rate-limit': { status: 429, retryable: true },
  cancelled: { status: 499, retryable: false },
  interrupted: { status: 503, retryable: false },
  internal: { status: 500, retryable: false },
  'upstream-auth': { status: 502, retryable: true },
  'upstream-model': { status: 404, retryable: true },
  'upstream-broken': { status: 502, retryable: true },
  'upstream-unreachable': { status: 502, retryable: true },
  overloaded: { status: 503, retryable: true },
  timeout: { status: 504, retryable: true },
} as const satisfies Record<string, { readonly status: number; readonly retryable: boolean }>;

export type ErrorKind = keyof typeof KINDS;

/** Why a request is refused at the door: before it is known who asks, or that there is anything to ask. */
export const REFUSALS = [
  'no-key',
  'unknown-key',
  'disabled-key',
  'expired-key',
  'bad-pass',
  'foreign-host',
  'navigation',
  'unknown-url',
  'too-many-failures',
  'admin',
  'other',
] as const;
export type Refusal = (typeof REFUSALS)[number];

export interface ErrorDetails {
  /** The field of the client's request that is to blame, as a path: `messages[2].content`. */
  readonly field?: string;
  /** A machine-readable code for the client, such as `model_not_found`. */
  readonly code?: string;
  /** How long the client should wait before it tries again, in milliseconds. */
  readonly retryAfterMs?: number;
  /** The upstream that failed, its HTTP status and its own request id. */
  readonly upstream?: { readonly id?: string; readonly status?: number; readonly requestId?: string };
  /** What only one protocol has names for, for its own clients. */
  readonly extensions?: Extensions;
  readonly cause?: unknown;
  /** Shown to operators in traces, never to clients. */
  readonly operatorNote?: string;
  /** Set where a request is refused at the door. It is counted by this reason, and only a sample is recorded. */
  readonly refused?: Refusal;
}

const BRAND = Symbol.for('dragoman.GatewayError');

/**
 * The one error of the gateway. The message is a full sentence for the client: it names the field and what was
 * expected, and holds no secret.
 */
export class GatewayError extends Error {
  readonly kind: ErrorKind;
  readonly details: ErrorDetails;
  readonly [BRAND] = true;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GatewayError';
    this.kind = kind;
    this.details = details;
  }

  get status(): number {
    return KINDS[this.kind].status;
  }

  /** Whether another candidate may be tried. */
  get retryable(): boolean {
    return KINDS[this.kind].retryable;
  }

  /** Recognises an error of any copy of this package. */
  static is(value: unknown): value is GatewayError {
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      // A proxy may refuse even this.
      return false;
    }
  }

  /** Whether there is such a kind: an error of another version of this package may have one that is not known here. */
  static isKind(value: unknown): value is ErrorKind {
    return typeof value === 'string' && Object.hasOwn(KINDS, value);
  }

  /** Turns anything thrown into a `GatewayError`; what is not known becomes `internal`, its text kept back. */
  static from(value: unknown): GatewayError {
    if (GatewayError.is(value)) return value;
    const name = value instanceof Error ? value.name : '';
    if (name === 'TimeoutError')
      return new GatewayError('timeout', 'The request took too long.', { cause: value });
    if (name === 'AbortError')
      return new GatewayError('cancelled', 'The request was cancelled.', { cause: value });
    return new GatewayError('internal', 'The gateway failed to handle this request.', { cause: value });
  }
}
