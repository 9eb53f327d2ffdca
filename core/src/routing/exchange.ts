import type { GatewayError } from '../canonical/errors.ts';
import type { Capture } from '../trace/capture.ts';
import type { AttemptRecord } from '../canonical/trace-record.ts';
import type { LimitHeadroom } from '../plugin/protocol.ts';
import type { Estimate } from '../metering/estimate-tokens.ts';
import type { Meter } from '../metering/meter.ts';
import type { Readable } from 'node:stream';
import type { Usage } from '../canonical/chat.ts';
import type { Log } from '../plugin/call-context.ts';
import type { Protocol } from '../plugin/protocol.ts';
import type { RawRequest } from '../plugin/forward.ts';
import type { StoredKey } from '../state/state.ts';
import type { Dropped } from '../upstreams/call.ts';
import type { HeaderMap } from '../transport/http.ts';

export interface UncountedWork {
  /** What asks for it: a field, or a method and a path. */
  readonly what: string;
  /** Whether a price for each request can stand for it. */
  readonly isPriceable: boolean;
}

/** What is known of a request while it is served; the request's log line is made of it. */
export interface Notes {
  model?: string;
  /** The conversation that the client says this belongs to. */
  thread?: string;
  upstream?: string;
  upstreamModel?: string;
  attempts: number;
  /** When the request came in, by `performance.now()`. */
  readonly arrivedAt: number;
  /** When the whole request was there, by `performance.now()`. */
  startedAt: number;
  /** How long upstreams were waited for until the reply could begin, in milliseconds. */
  upstreamMs: number;
  /** What the gateway itself took until the reply began, in milliseconds. */
  overheadMs?: number;
  usage?: Usage;
  /** What was counted of each call of an upstream, in the order in which they began. */
  readonly meters: Meter[];
  /** Of these, the one whose reply the client gets. */
  served?: Meter;
  /** The assumed size of the request, for upstreams that do not count tokens. */
  estimate?: () => Estimate;
  /** Set when the upstream works on after its reply, where nothing is counted. */
  uncounted?: UncountedWork;
  /** Whether limits depend on what is counted. */
  isLimited?: boolean;
  /** What is left of the limits on requests and tokens. */
  limits?: LimitHeadroom;
  errorKind?: string;
  errorCode?: string;
  readonly dropped: Dropped[];
  /** Every try, in the order in which they began. */
  readonly tries: AttemptRecord[];
  /** Takes the bytes of both sides, where they are recorded. */
  capture?: Capture;
  /** Until the first content of the reply, in milliseconds. */
  ttftMs?: number;
}

/** One client request on its way through the gateway. */
export interface Exchange {
  readonly requestId: string;
  readonly protocol: Protocol;
  readonly raw: RawRequest;
  /** The client's key; absent when the gateway is open. */
  readonly key?: StoredKey | undefined;
  /** Fires when the client went away. */
  readonly signal: AbortSignal;
  readonly log: Log;
  readonly notes: Notes;
  /** Has something done when the reply is over, however it ended. */
  readonly onEnd: (ending: () => Promise<void>) => void;
}

/**
 * What goes back to the client, however it was made. Once there is a `Reply`, no other candidate is tried: a
 * body that fails is told to the client in its own stream.
 */
export interface Reply {
  readonly status: number;
  readonly headers: HeaderMap;
  readonly body: string | Uint8Array | Readable | AsyncIterable<string>;
  readonly watcher?: BodyWatcher;
}

/** Watches a `Readable` body until its end. */
export interface BodyWatcher {
  /** Sees the bytes as they pass. */
  push?(chunk: Uint8Array): void;
  /** What goes on to the client in place of a piece. */
  replace?(chunk: Buffer): Buffer;
  /** Called at the body's end. Throws a `GatewayError` when it was no proper end. */
  end(): void;
  /** What it means that the body broke. */
  explain?(error: unknown): GatewayError;
}
