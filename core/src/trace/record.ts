import type { ErrorKind } from '../canonical/errors.ts';

/** How a request ended. `interrupted`: the gateway ended before it did. */
export type Outcome = 'ok' | 'error' | 'aborted' | 'running' | 'interrupted';

/** Why a candidate was asked: as the first, after another had failed, as it had failed itself, or side by side. */
export type AttemptReason = 'first' | 'next' | 'repeat' | 'hedge';

/** One try at one candidate. Times are milliseconds from the beginning of the request. */
export interface AttemptRecord {
  readonly upstream: string;
  readonly model: string;
  /** The name that led to it; another one than the client asked for is a fallback. */
  readonly name: string;
  readonly reason: AttemptReason;
  /** How long it waited for a place at the upstream. */
  readonly queuedMs: number;
  readonly startMs: number;
  readonly sentMs?: number;
  readonly headersMs?: number;
  /** The first content. */
  readonly firstMs?: number;
  readonly endMs: number;
  /** Of the upstream's reply. */
  readonly status?: number;
  readonly upstreamRequestId?: string;
  readonly error?: { readonly kind: ErrorKind; readonly message: string; readonly retryAfterMs?: number };
}

export interface DroppedField {
  readonly field: string;
  readonly why: string;
}

/** What happened to one request. No body, no header and no secret is in it. */
export interface TraceRecord {
  /** The request's id. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly ip: string;
  readonly userAgent: string;
  readonly keyId?: string | undefined;
  readonly keyName?: string | undefined;
  /** As the client asked for it. */
  readonly model?: string | undefined;
  readonly thread?: string | undefined;
  /** Who gave the reply, or failed last. */
  readonly upstream?: string | undefined;
  readonly upstreamModel?: string | undefined;
  readonly status: number;
  readonly outcome: Outcome;
  readonly errorKind?: string | undefined;
  readonly ttftMs?: number | undefined;
  readonly overheadMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** US dollars; absent when the price is not known. */
  readonly cost?: number | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly dropped: readonly DroppedField[];
}
