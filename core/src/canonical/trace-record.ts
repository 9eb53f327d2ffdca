import type { ErrorKind, Refusal } from './errors.ts';

/**
 * How a request ended. `interrupted`: the gateway ended before it did. `refused`: at the door, without a valid key; of
 * those, only a sample is recorded.
 */
export const OUTCOMES = ['ok', 'error', 'aborted', 'running', 'interrupted', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a candidate was asked: as the first, after another had failed, as it had failed itself, or side by side. */
export const ATTEMPT_REASONS = ['first', 'next', 'repeat', 'hedge'] as const;
export type AttemptReason = (typeof ATTEMPT_REASONS)[number];

/** One request to one candidate. Times are milliseconds from the beginning of the request. */
export interface AttemptRecord {
  readonly upstream: string;
  readonly model: string;
  /** The name that led to it; another one than the client asked for is a fallback. */
  readonly name: string;
  readonly reason: AttemptReason;
  /** How long it waited for a place at the upstream, in milliseconds. */
  readonly queuedMs: number;
  /** When the provider was called. */
  readonly startMs: number;
  /** When the request was handed to the network. Absent: nothing was sent. */
  readonly sentMs?: number;
  /** A connection took the request: one that was kept, or one that had to be made first. */
  readonly connectedMs?: number;
  /** The headers of the reply. */
  readonly headersMs?: number;
  /** The first content. */
  readonly firstMs?: number;
  /** When it was over, well or not. */
  readonly endMs: number;
  /** Of the upstream's reply. */
  readonly status?: number;
  /** The upstream's own id of the request. */
  readonly upstreamRequestId?: string;
  /** How the provider broke the grammar of events; the gateway repaired it. */
  readonly faults?: readonly string[];
  /** Why it failed. Absent: it did not. */
  readonly error?: { readonly kind: ErrorKind; readonly message: string; readonly retryAfterMs?: number };
}

/**
 * Whether the bodies are kept with the trace, or why not: it is still running, the gateway, its key or an upstream
 * is set to keep none, there was too much to do (`pressure`), the disk was nearly full (`disk`), it was refused before
 * anything was read (`unread`), or they could not be redacted (`unredacted`).
 */
export const BODIES_KEPT = [
  'kept',
  'running',
  'gateway',
  'key',
  'upstream',
  'pressure',
  'disk',
  'unread',
  'unredacted',
] as const;
export type BodiesKept = (typeof BODIES_KEPT)[number];

/**
 * What is to be said of a call of a tool: `ok`, or that its arguments are no JSON, do not fit the schema, were cut off, or
 * that no such tool was declared.
 */
export const CALL_STATES = ['ok', 'invalid-json', 'schema', 'undeclared', 'cut'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** A field of the request that a provider could not express. */
export interface DroppedField {
  /** Its path, such as `top_k`. */
  readonly field: string;
  /** One sentence. */
  readonly why: string;
}

/** What the bodies of a request tell, where they are kept. */
export interface TraceFindings {
  /** The tools that the reply calls. */
  readonly tools?: readonly string[] | undefined;
  /** Calls whose arguments are wrong. */
  readonly badCalls?: number | undefined;
  /** Why the reply ended, as the model says. */
  readonly finish?: string | undefined;
  /** The reply's own id, as the client was told it. */
  readonly replyId?: string | undefined;
  /** The request before in the conversation. */
  readonly parent?: string | undefined;
}

/** What happened to one request. No body, no header and no secret is in it. */
export interface TraceRecord extends TraceFindings {
  /** The gateway's own id of the request. */
  readonly id: string;
  /** The client's, from `x-request-id`; not unique. */
  readonly clientRequestId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** Of HTTP, in capitals. */
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  /** The name of the client's protocol, such as `openai-chat`. */
  readonly protocol: string;
  /** The client's address. */
  readonly ip: string;
  /** The client's `user-agent`; empty where it sent none. */
  readonly userAgent: string;
  /** The client's key. Absent: no valid key. */
  readonly keyId?: string | undefined;
  readonly keyName?: string | undefined;
  /** As the client asked for it. */
  readonly model?: string | undefined;
  /** The thread that the client named. */
  readonly thread?: string | undefined;
  /** Who gave the reply, or failed last. */
  readonly upstream?: string | undefined;
  /** The upstream's own name of the model. */
  readonly upstreamModel?: string | undefined;
  /** The HTTP status that the client got. */
  readonly status: number;
  readonly outcome: Outcome;
  /** An `ErrorKind`. Absent: it did not fail. */
  readonly errorKind?: string | undefined;
  /** What the client was told besides, such as `budget_exceeded`. */
  readonly errorCode?: string | undefined;
  /** Why it was refused at the door. */
  readonly refused?: Refusal | undefined;
  /** Until the first content, in milliseconds. */
  readonly ttftMs?: number | undefined;
  /** What the gateway itself took until the reply began, in milliseconds. */
  readonly overheadMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** Whether the gateway counted the tokens: the upstream did not, or its end was not seen. */
  readonly isEstimated?: boolean | undefined;
  /** From the first content to the end; absent where the reply came at once. */
  readonly tokensPerSecond?: number | undefined;
  /** US dollars; absent when the price is not known. */
  readonly cost?: number | undefined;
  readonly bodies?: BodiesKept | undefined;
  /** The trace whose request was sent again. */
  readonly replayOf?: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly dropped: readonly DroppedField[];
}
