import type { Extensions } from './chat.ts';

/**
 * The closed table of failures: the HTTP status that clients get, unless their protocol has another one for it. Kinds
 * that begin with `upstream-` are the upstream's fault, never the client's. What each means for failover is the table
 * in docs/routing.md.
 */
const STATUSES = {
  /** The request is wrong: `field` names the place. Also for a request that the upstream cannot express. */
  invalid: 400,
  /** The client's own key is missing or wrong. For an upstream that refuses the gateway's key, `upstream-auth`. */
  auth: 401,
  /** The upstream's account has no credit, or a budget of the client's key is used up. */
  billing: 402,
  /** The client's key may not do this. */
  permission: 403,
  /** Something does not exist: a file, a reply, a path. For a model that the upstream lacks, `upstream-model`. */
  'not-found': 404,
  /** The path exists, but not with this method. */
  'method-not-allowed': 405,
  /** The client sent its request too slowly. */
  'request-timeout': 408,
  /** What the request refers to is in a conflicting state. */
  conflict: 409,
  /** The request has too many bytes. */
  'too-large': 413,
  /** The prompt has more tokens than the model accepts. Starts fallbacks for long prompts. */
  'context-window': 400,
  /** The upstream refuses the content of the prompt. */
  'content-policy': 400,
  /** The client wants another protocol, such as WebSocket. */
  'upgrade-refused': 426,
  /** Too many requests or tokens. Set `retryAfterMs` where the upstream says how long to wait. */
  'rate-limit': 429,
  /** The client disconnected. */
  cancelled: 499,
  /** The gateway stopped before the reply was complete. */
  interrupted: 503,
  /** The gateway itself failed. */
  internal: 500,
  /** The upstream refuses the gateway's credentials. */
  'upstream-auth': 502,
  /** The upstream does not have the model. */
  'upstream-model': 404,
  /** The upstream failed, was cut off, or sent an invalid reply. */
  'upstream-broken': 502,
  /** No connection to the upstream: DNS, TCP or TLS failed. */
  'upstream-unreachable': 502,
  /** The upstream is overloaded. */
  overloaded: 503,
  /** The upstream took too long. */
  timeout: 504,
} as const satisfies Record<string, number>;

/** What went wrong. It decides the status, the wire's own error code, and whether to fail over. */
export type ErrorKind = keyof typeof STATUSES;

/** Why the gateway refuses a request before it reads the body. Providers do not set these. */
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
/** One of {@link REFUSALS}. */
export type Refusal = (typeof REFUSALS)[number];

/** What else is known about a failure. All of it is optional. */
export interface ErrorDetails {
  /** The invalid field of the client's request, as a path: `messages[2].content`. */
  readonly field?: string;
  /** A machine-readable code, such as `model_not_found`. Absent: the protocol's own code for the kind. */
  readonly code?: string;
  /** How long to wait before the next attempt, in milliseconds. Clients get it as `retry-after`; the router obeys it. */
  readonly retryAfterMs?: number;
  /** The upstream that failed: its id in the configuration, its HTTP status, and its own id of the request. */
  readonly upstream?: { readonly id?: string; readonly status?: number; readonly requestId?: string };
  /** Fields of the upstream's error that only its protocol has. Clients of that protocol get them. */
  readonly extensions?: Extensions;
  /** The cause. Logs show it, clients do not. */
  readonly cause?: unknown;
  /** More for operators. Traces show it, clients do not. */
  readonly operatorNote?: string;
  /** Why the request was refused. Refusals are counted by reason, and only a sample of them is recorded. */
  readonly refused?: Refusal;
}

const BRAND = Symbol.for('dragoman.GatewayError');

/**
 * The one error of the gateway and of plugins. Clients read the message: write a full sentence that names the field
 * and what was expected, without secrets.
 *
 * @example
 * throw new GatewayError('rate-limit', 'The server answered with status 429.', { retryAfterMs: 2_000 });
 */
export class GatewayError extends Error {
  /** What went wrong. */
  readonly kind: ErrorKind;
  /** What else is known. */
  readonly details: ErrorDetails;
  readonly [BRAND] = true;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = 'GatewayError';
    this.kind = kind;
    this.details = details;
  }

  /** The HTTP status of the kind. */
  get status(): number {
    return STATUSES[this.kind];
  }

  /** Recognizes the error even when it comes from another copy of this package, where `instanceof` fails. */
  static is(value: unknown): value is GatewayError {
    try {
      return typeof value === 'object' && value !== null && BRAND in value;
    } catch {
      // A proxy may throw even here.
      return false;
    }
  }

  /** Whether a value is a known kind. An error from another version of this package may have an unknown one. */
  static isKind(value: unknown): value is ErrorKind {
    return typeof value === 'string' && Object.hasOwn(STATUSES, value);
  }

  /**
   * Turns anything thrown into a `GatewayError`: `timeout` and `cancelled` by the name of the error, else `internal`
   * with the original as `cause`.
   */
  static from(value: unknown): GatewayError {
    if (GatewayError.is(value)) return value;
    const name = value instanceof Error ? value.name : '';
    if (name === 'TimeoutError')
      return new GatewayError('timeout', 'The request took too long.', { cause: value });
    if (name === 'AbortError')
      return new GatewayError('cancelled', 'The request was cancelled.', { cause: value });
    return new GatewayError('internal', 'Internal error.', { cause: value });
  }
}
