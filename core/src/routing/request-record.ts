/**
 * What is known of a request while it is served. Each part has one owner, which alone writes it; the log line, the
 * trace, the metrics and the reply headers read it. It is one flat object, since it is created for every request.
 *
 * Clocks: a name that ends with `At` here is a time by `performance.now()`; `RequestState.startedAt` alone is system
 * time, in milliseconds since 1970.
 */
import type { AttemptRecord, HookRecord, LimitHeadroom, Usage } from '@dragoman/plugin';
import type { Estimate } from '../metering/estimate-tokens.ts';
import type { Meter } from '../metering/meter.ts';
import type { Capture } from '../trace/capture.ts';
import type { Dropped } from '../upstreams/call.ts';

/** Written by the HTTP layer, before an endpoint decodes anything. */
interface Arrival {
  /** When the request arrived. */
  readonly arrivedAt: number;
  /** When the whole request had been read. */
  readAt: number;
  /** Records the bytes of both sides, if they are recorded. */
  capture?: Capture;
}

/** Written by the endpoint: what the client requests. */
interface Asked {
  /** As the client wrote it. */
  model?: string;
  /** The conversation that the client names. */
  thread?: string;
  /** Reads the end user that the client names. Throws if the request cannot be decoded. */
  endUser?: () => string | undefined;
  /** The estimated size of the request, for limits and for upstreams that do not count tokens. */
  estimate?: () => Estimate;
  /** Set if the upstream works on after its reply, where nothing is counted. */
  uncounted?: UncountedWork;
}

/** Written by admission: the state of the limits. */
interface Admitted {
  /** Whether limits depend on what is counted. */
  isLimited?: boolean;
  /** What is left of the limits on requests and tokens. */
  limits?: LimitHeadroom;
}

/** Written by the attempts. In a race, each attempt has its own record, and the winner's is adopted. */
interface Attempted {
  attempts: number;
  /** Every attempt, in the order in which they began. */
  readonly attemptRecords: AttemptRecord[];
  /** The upstream of the latest attempt. */
  upstream?: string;
  /** Its own name of the model. */
  upstreamModel?: string;
  /** Of the latest attempt. */
  readonly dropped: Dropped[];
  /** The meters of the calls, in the order in which they began. */
  readonly meters: Meter[];
  /** Of these, the one whose reply the client gets. */
  served?: Meter;
  /** How long the request waited for upstreams until the reply could begin, in milliseconds. */
  upstreamMs: number;
  /** Time to first content of the reply, in milliseconds. */
  ttftMs?: number;
}

/** Written where the reply is created and sent. */
interface Answered {
  /** The gateway's own overhead until the reply began, in milliseconds. */
  overheadMs?: number;
  usage?: Usage;
  errorKind?: string;
  errorCode?: string;
  /** The calls of hooks. In a race, all attempts write into one list. */
  hooks?: HookRecord[];
  /** Whether a hook answered in place of an upstream. */
  isSpared?: boolean;
}

export interface RequestRecord extends Arrival, Asked, Admitted, Attempted, Answered {}

/** Work that an upstream does after its reply. */
export interface UncountedWork {
  /** What requests it: a field, or a method and a path. */
  readonly what: string;
  /** Whether a price per request can stand for it. */
  readonly isPriceable: boolean;
}

/** The record of a new request. */
export function createRequestRecord(now: number): RequestRecord {
  return {
    arrivedAt: now,
    readAt: now,
    attempts: 0,
    upstreamMs: 0,
    dropped: [],
    attemptRecords: [],
    meters: [],
  };
}
