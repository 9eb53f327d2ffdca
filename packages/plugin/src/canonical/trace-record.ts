import type { ErrorKind, Refusal } from './errors.ts';

/**
 * How a request ended. `interrupted`: the gateway stopped first. `refused`: rejected before its body was read, such as
 * without a valid key; only a sample of these is recorded.
 */
export const OUTCOMES = ['ok', 'error', 'aborted', 'running', 'interrupted', 'refused'] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** Why a candidate was called: first choice, next after a failure, repeated after its own failure, or hedged. */
export const ATTEMPT_REASONS = ['first', 'next', 'repeat', 'hedge'] as const;
export type AttemptReason = (typeof ATTEMPT_REASONS)[number];

/** One request to one candidate. Times are milliseconds from the beginning of the request. */
export interface AttemptRecord {
  readonly upstream: string;
  readonly model: string;
  /** The requested name that led to it; it differs from the client's in a fallback. */
  readonly name: string;
  readonly reason: AttemptReason;
  /** How long it was queued at the upstream, in milliseconds. */
  readonly queuedMs: number;
  /** When the provider was called. */
  readonly startMs: number;
  /** When the request was sent. Absent: nothing was sent. */
  readonly sentMs?: number;
  /** When a connection, pooled or new, took the request. */
  readonly connectedMs?: number;
  /** When the reply's headers arrived. */
  readonly headersMs?: number;
  /** When the first content arrived. */
  readonly firstMs?: number;
  /** When it ended, successfully or not. */
  readonly endMs: number;
  /** The HTTP status of the upstream's reply. */
  readonly status?: number;
  /** The upstream's own id of the request. */
  readonly upstreamRequestId?: string;
  /** Faults in the provider's events that the gateway repaired. */
  readonly faults?: readonly string[];
  /** Why it failed. Absent: it succeeded. */
  readonly error?: { readonly kind: ErrorKind; readonly message: string; readonly retryAfterMs?: number };
}

/**
 * Whether the bodies are kept with the trace, or why not: it is still running, recording is off for the gateway, key
 * or upstream, the gateway was overloaded (`pressure`), the disk was nearly full (`disk`), the request was refused
 * unread (`unread`), or redaction failed (`unredacted`).
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

/** The state of a tool call: `ok`, or why not: invalid JSON, schema mismatch, undeclared tool, or cut off. */
export const CALL_STATES = ['ok', 'invalid-json', 'schema', 'undeclared', 'cut'] as const;
export type CallState = (typeof CALL_STATES)[number];

/** A request field that a provider could not express. */
export interface DroppedField {
  /** Its path, such as `top_k`. */
  readonly field: string;
  /** One sentence. */
  readonly why: string;
}

/** When a hook is called: to ask whether it applies, for a body, a request, an attempt or a reply. */
export const HOOK_PHASES = ['applies', 'raw', 'request', 'attempt', 'reply'] as const;
export type HookPhase = (typeof HOOK_PHASES)[number];

/** What a call of a hook did. `error`: the hook failed. */
export const HOOK_ACTIONS = ['pass', 'change', 'answer', 'refuse', 'error'] as const;
export type HookAction = (typeof HOOK_ACTIONS)[number];

/** What a hook did about what it found. */
export const FINDING_ACTIONS = ['pass', 'change', 'refuse', 'hit', 'miss'] as const;

/** What a hook found. */
export interface HookFinding {
  readonly rule: string;
  readonly action: (typeof FINDING_ACTIONS)[number];
  readonly detail?: string;
}

/** One call of a hook. */
export interface HookRecord {
  /** Its id in the configuration. */
  readonly hook: string;
  readonly phase: HookPhase;
  readonly action: HookAction;
  /** The index of the attempt. Absent: it was called for the whole request. */
  readonly attempt?: number;
  /** How long it worked, in milliseconds. */
  readonly ms: number;
  /** It only watched: its action is what it would have done. */
  readonly isShadow?: boolean;
  readonly findings?: readonly HookFinding[];
  /** The paths of the fields that it changed, such as `messages[0].content[0].text`. */
  readonly changed?: readonly string[];
  /** Why it failed. */
  readonly error?: string;
  /** What its answer spared, in US dollars. */
  readonly saved?: number;
}

/** What the bodies of a request show, if they are kept. */
export interface TraceFindings {
  /** The tools that the reply calls. */
  readonly tools?: readonly string[] | undefined;
  /** Calls with invalid arguments. */
  readonly badCalls?: number | undefined;
  /** The model's finish reason. */
  readonly finish?: string | undefined;
  /** The reply's id, as the client got it. */
  readonly replyId?: string | undefined;
  /** The previous request of the conversation. */
  readonly parent?: string | undefined;
}

/** What happened to one request. It contains no bodies, headers or secrets. */
export interface TraceRecord extends TraceFindings {
  /** The gateway's own id of the request. */
  readonly id: string;
  /** The client's, from `x-request-id`; not unique. */
  readonly clientRequestId?: string | undefined;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  /** How long it took, in milliseconds. */
  readonly ms: number;
  /** The HTTP method, in upper case. */
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
  /** As the client requested it. */
  readonly model?: string | undefined;
  /** The thread that the client named. */
  readonly thread?: string | undefined;
  /** The upstream that replied, or failed last. */
  readonly upstream?: string | undefined;
  /** The upstream's own name of the model. */
  readonly upstreamModel?: string | undefined;
  /** The HTTP status that the client got. */
  readonly status: number;
  readonly outcome: Outcome;
  /** An `ErrorKind`. Absent: it succeeded. */
  readonly errorKind?: string | undefined;
  /** The client's error code, such as `budget_exceeded`. */
  readonly errorCode?: string | undefined;
  /** Why it was refused before its body was read. */
  readonly refused?: Refusal | undefined;
  /** Time to first content, in milliseconds. */
  readonly ttftMs?: number | undefined;
  /** The gateway's own overhead until the reply began, in milliseconds. */
  readonly overheadMs?: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cachedTokens?: number | undefined;
  readonly reasoningTokens?: number | undefined;
  /** Whether the gateway estimated the tokens: the upstream did not report them, or its end was not seen. */
  readonly isEstimated?: boolean | undefined;
  /** From the first content to the end; absent if the reply arrived at once. */
  readonly tokensPerSecond?: number | undefined;
  /** US dollars; absent if the price is unknown. */
  readonly cost?: number | undefined;
  readonly bodies?: BodiesKept | undefined;
  /** The trace that this one replays. */
  readonly replayOf?: string | undefined;
  readonly attempts: readonly AttemptRecord[];
  readonly dropped: readonly DroppedField[];
  /** The calls of hooks, in the order in which they began. Absent: no hook applied. */
  readonly hooks?: readonly HookRecord[] | undefined;
}
