import type { CallContext, Caller, GatewayError, HttpReply, HttpRequest } from '@dragoman/plugin';
import { runAs } from '../registry/containment/plugin-scope.ts';
import type { ReplyTap, RequestWatcher } from '@dragoman/plugin/internal/transport/http';
import type { HttpPools } from '../transport/pools.ts';
import type { CandidateHealth } from './health.ts';
import { Meter } from '../metering/meter.ts';
import { noteFault } from './provider-calls/provider-faults.ts';
import { exhaustedFor } from './rate-limit-headers.ts';
import { SilenceWatch } from './silence-watch.ts';
import { type Capture, isText, type UpstreamExchange } from '../trace/capture.ts';
import type { Upstream } from './upstream.ts';

/** A request field that did not reach the upstream, and why. */
export interface Dropped {
  readonly field: string;
  readonly why: string;
}

export interface CallInput {
  readonly upstream: Upstream;
  /** The upstream's own name of the model; absent if the call has no model. */
  readonly model?: string;
  /** Stands for the model in prices, if the call has none. */
  readonly pricedAs?: string;
  readonly requestId: string;
  /** Absent: the gateway itself. */
  readonly caller?: Caller;
  /** Fires when the caller leaves. */
  readonly signal?: AbortSignal;
  readonly dropped?: Dropped[];
  /** An upper bound; the upstream's own timeout may be shorter. */
  readonly totalMs?: number | undefined;
  /** Until {@link UpstreamCall.begun}. */
  readonly firstTokenMs?: number | undefined;
  /** Observes the upstream's reply headers. */
  readonly health?: CandidateHealth;
  readonly now?: () => number;
  /** Records the bytes. */
  readonly capture?: Capture | undefined;
  /** The index of this attempt in its request. */
  readonly attempt?: number;
  /** Whether limits depend on what the upstream delivers. */
  readonly isLimited?: boolean | undefined;
  readonly onFailure?: (error: GatewayError) => void;
  /** Receives faults in the provider's events. */
  readonly onFault?: (fault: string) => void;
  readonly onRelease?: () => void;
}

/** Times by `performance.now()`; absent until they happen. */
export interface CallTimes {
  /** The first request was sent. */
  sentAt?: number;
  /** A connection took it: a pooled one at once, a new one after DNS lookup and connecting. */
  connectedAt?: number;
  /** The headers of the latest reply arrived. */
  headersAt?: number;
  /** The first content arrived. */
  firstAt?: number;
  /** The status of the latest reply. */
  status?: number;
  upstreamRequestId?: string;
}

/** One call of an upstream: its context and its timers. */
export interface UpstreamCall {
  readonly context: CallContext;
  /** The context's signal. */
  readonly signal: AbortSignal;
  readonly upstream: Upstream;
  /** Ends the call if the upstream is silent for too long. */
  readonly silence: SilenceWatch;
  /** What is known of the upstream's reply. */
  readonly seen: CallTimes;
  /** The first content has arrived. */
  begun(): void;
  /** When that was, by the clock of `now`. */
  readonly begunAt: number | undefined;
  /** The reply failed after it had begun. */
  failed(error: GatewayError): void;
  /** The provider's events had a fault, which was repaired. */
  fault(what: string): void;
  /** Counts what the upstream delivers. */
  readonly meter: Meter;
  /** Must be called when the reply is over, however it ended; only the first time counts. */
  release(): void;
  /** Releases a call whose upstream is not needed, because a hook answers in its place. */
  spare(): void;
  readonly isSpared: boolean;
  /** Releases a failed call, and aborts what it still has open. */
  abandon(error: GatewayError): void;
}

/** Starts the timers of one call of an upstream: its signal fires at the total timeout or with `signal`. */
export function startCall(pools: HttpPools, input: CallInput): UpstreamCall {
  return new OpenCall(pools, input);
}

const NOBODY: Caller = Object.freeze({});

/** A class: an object literal with getters would cost each call a hidden class of its own, which only a full collection frees. */
class OpenCall implements UpstreamCall, RequestWatcher, ReplyTap {
  readonly context: CallContext;
  readonly signal: AbortSignal;
  readonly upstream: Upstream;
  readonly silence: SilenceWatch;
  readonly seen: CallTimes = {};
  readonly meter: Meter;
  begunAt: number | undefined;
  isSpared = false;
  readonly #input: CallInput;
  readonly #controller = new AbortController();
  readonly #total: NodeJS.Timeout;
  readonly #first: NodeJS.Timeout | undefined;
  #sent: UpstreamExchange | undefined;
  #isOver = false;

  constructor(pools: HttpPools, input: CallInput) {
    const { upstream, model, requestId, signal, firstTokenMs } = input;
    const { id: name, timeouts } = upstream.config;
    this.#input = input;
    this.upstream = upstream;
    this.signal = this.#controller.signal;
    this.silence = new SilenceWatch({
      ...{ timeouts, name },
      onSilence: (error) => this.#abort(error),
    });
    this.meter = new Meter({ upstream, model: model ?? input.pricedAs ?? '' }, input.isLimited ?? false);
    if (signal?.aborted) this.#onAbort();
    else signal?.addEventListener('abort', this.#onAbort, { once: true });
    this.#total = this.#abortIn(
      Math.min(timeouts.totalMs, input.totalMs ?? Infinity),
      'The total timeout has expired.',
    );
    if (firstTokenMs !== undefined) this.#first = this.#abortIn(firstTokenMs, 'No first token in time.');
    const ended = this.signal;
    this.context = {
      requestId,
      caller: input.caller ?? NOBODY,
      signal: ended,
      log: upstream.log,
      http: pools.client({ timeouts, signal: ended, watcher: this, name }),
      capabilities: upstream.capabilitiesOf(model),
      fetchFiles: (urls) => pools.files.fetchAll(urls, ended),
      drop: (field, why) => note(input.dropped ?? [], { field, why }),
    };
  }

  sending(request: HttpRequest): ReplyTap {
    this.seen.sentAt ??= performance.now();
    this.silence.heard();
    const { capture, attempt } = this.#input;
    const sent = (this.#sent = capture?.send(captured(request, attempt)));
    return sent ? tapOf(sent, this) : this;
  }

  wants(headers: Readonly<Record<string, unknown>>): boolean {
    return this.meter.wants(headers);
  }

  push(chunk: Uint8Array): void {
    this.silence.heard();
    this.meter.push(chunk);
  }

  connected(): void {
    this.seen.connectedAt ??= performance.now();
    this.silence.heard();
  }

  answered({ status, headers }: Pick<HttpReply, 'status' | 'headers'>): void {
    const { seen } = this;
    seen.headersAt = performance.now();
    seen.status = status;
    this.silence.answered();
    if (this.#sent) {
      this.#sent.status = status;
      this.#sent.replyHeaders = headers;
    }
    const upstreamRequestId = headers['x-request-id'] ?? headers['request-id'];
    if (upstreamRequestId !== undefined) seen.upstreamRequestId = upstreamRequestId;
    const { health, now } = this.#input;
    if (health && now) {
      const ms = exhaustedFor(headers, this.upstream.provider.rateLimits);
      if (ms !== undefined) health.exhaustedUntil = now() + ms;
    }
  }

  begun(): void {
    this.begunAt ??= this.#input.now?.();
    this.seen.firstAt ??= performance.now();
    clearTimeout(this.#first);
  }

  failed(error: GatewayError): void {
    this.#input.onFailure?.(error);
  }

  fault(what: string): void {
    noteFault(this.upstream, what);
    this.#input.onFault?.(what);
  }

  release(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.silence.stop();
    clearTimeout(this.#total);
    clearTimeout(this.#first);
    this.#input.signal?.removeEventListener('abort', this.#onAbort);
    this.#input.onRelease?.();
  }

  spare(): void {
    this.isSpared = true;
    this.release();
  }

  abandon(error: GatewayError): void {
    this.#abort(error);
    this.release();
  }

  /** Listeners of the provider run synchronously; what they throw is theirs. */
  #abort(reason: unknown): void {
    runAs(this.upstream.scope, () => this.#controller.abort(reason));
  }

  #abortIn(ms: number, message: string): NodeJS.Timeout {
    return setTimeout(() => this.#abort(new DOMException(message, 'TimeoutError')), ms).unref();
  }

  readonly #onAbort = (): void => this.#abort(this.#input.signal?.reason);
}

/** More add nothing, and all of them are written to the trace. */
const MAX_DROPPED = 100;
/** Of a field or a reason, in characters. */
const MAX_NOTED = 500;

/** A field that is dropped from each message of a history is noted once. The values may be anything. */
function note(dropped: Dropped[], given: Readonly<Record<keyof Dropped, unknown>>): void {
  const [field, why] = [given.field, given.why].map((text) =>
    typeof text === 'string' ? text.slice(0, MAX_NOTED).toWellFormed() : `a ${typeof text}`,
  ) as [string, string];
  const isKnown = dropped.some((one) => one.field === field && one.why === why);
  if (!isKnown && dropped.length < MAX_DROPPED) dropped.push({ field, why });
}

/** Counts a reply and records its text. */
function tapOf({ reply }: UpstreamExchange, counted: ReplyTap): ReplyTap {
  let isRecorded = false;
  return {
    wants(headers) {
      isRecorded = isText(headers);
      return counted.wants(headers);
    },
    push(chunk) {
      counted.push(chunk);
      if (isRecorded) reply.push(chunk);
    },
  };
}

/** Streamed bodies are not recorded: they are usually files. */
function captured(
  { method, url, headers = {}, body }: HttpRequest,
  attempt = 0,
): Omit<UpstreamExchange, 'reply'> {
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  return { attempt, method, url, headers, ...(isWhole && { body }) };
}
