import type { GatewayError } from '../canonical/errors.ts';
import {
  type Capabilities,
  type CapabilityTable,
  resolveCapabilities,
  rowsFor,
} from '../plugin/capabilities.ts';
import type { CallContext, Log } from '../plugin/plugin.ts';
import type { HttpClient, HttpRequest, ReplyTap } from '../transport/http.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { CandidateHealth } from './health.ts';
import type { Dropped } from './exchange.ts';
import { exhaustedFor } from './rate-limit-headers.ts';
import { type Capture, isText, type UpstreamExchange } from '../trace/capture.ts';
import type { Upstream } from './upstream.ts';

export interface CallInput {
  readonly upstream: Upstream;
  /** The upstream's own name of the model; absent when the call is about none. */
  readonly model?: string;
  readonly requestId: string;
  /** Fires when whoever asked went away. */
  readonly signal?: AbortSignal;
  readonly log: Log;
  readonly dropped?: Dropped[];
  /** At most; the upstream's own time may be shorter. */
  readonly totalMs?: number | undefined;
  /** Until {@link Call.begun}. */
  readonly firstTokenMs?: number | undefined;
  /** Learns what the upstream's headers tell. */
  readonly health?: CandidateHealth;
  readonly now?: () => number;
  /** Takes what passes. */
  readonly capture?: Capture | undefined;
  /** The place of this attempt among those of its request. */
  readonly attempt?: number;
  readonly onFailure?: (error: GatewayError) => void;
  readonly onRelease?: () => void;
}

/** When what happened, by `performance.now()`; absent before it did. */
export interface CallTimes {
  /** The first request went out. */
  sentAt?: number;
  /** The headers of the latest reply came. */
  headersAt?: number;
  /** The first content came. */
  firstAt?: number;
  /** Of the latest reply. */
  status?: number;
  upstreamRequestId?: string;
}

/** One call of an upstream: its context, and what ends its clock. */
export interface Call {
  readonly context: CallContext;
  /** What is known of the upstream's answer. */
  readonly seen: CallTimes;
  /** The first content is there: the wait for it is over. */
  begun(): void;
  /** When that was, by the clock of `now`. */
  readonly begunAt: number | undefined;
  /** The reply broke after it had begun. */
  failed(error: GatewayError): void;
  /** Must be called when the reply is over, however it ended; only the first time counts. */
  release(): void;
}

/** Starts the clock of one call of an upstream: its signal fires at the total timeout or with `signal`. */
export function startCall(pools: HttpPools, input: CallInput): Call {
  const { upstream, signal } = input;
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(signal?.reason);
  if (signal?.aborted) onAbort();
  else signal?.addEventListener('abort', onAbort, { once: true });
  const timerFor = (ms: number, message: string): NodeJS.Timeout =>
    setTimeout(() => controller.abort(new DOMException(message, 'TimeoutError')), ms).unref();
  const { timeouts } = upstream.config;
  const timer = timerFor(Math.min(timeouts.totalMs, input.totalMs ?? Infinity), 'The total time is up.');
  const first =
    input.firstTokenMs === undefined
      ? undefined
      : timerFor(input.firstTokenMs, 'No first token came in time.');
  let capabilities: Capabilities | undefined;
  const seen: CallTimes = {};
  let begunAt: number | undefined;
  let isOver = false;

  let sent: UpstreamExchange | undefined;
  const { capture } = input;
  const tapFor = (request: HttpRequest): ReplyTap | undefined => {
    sent = capture?.send(captured(request, input.attempt));
    return sent && { wants: isText, push: sent.reply.push };
  };
  const client = pools.client({ timeouts, signal: controller.signal, ...(capture && { tapFor }) });
  const http: HttpClient = {
    async send(request) {
      seen.sentAt ??= performance.now();
      const reply = await client.send(request);
      seen.headersAt = performance.now();
      seen.status = reply.status;
      if (sent) {
        sent.status = reply.status;
        sent.replyHeaders = reply.headers;
      }
      const upstreamRequestId = reply.headers['x-request-id'] ?? reply.headers['request-id'];
      if (upstreamRequestId !== undefined) seen.upstreamRequestId = upstreamRequestId;
      if (input.health && input.now) {
        const ms = exhaustedFor(reply.headers);
        if (ms !== undefined) input.health.exhaustedUntil = input.now() + ms;
      }
      return reply;
    },
  };
  const context: CallContext = {
    requestId: input.requestId,
    signal: controller.signal,
    log: input.log,
    http,
    // Bytes that pass through need none.
    get capabilities() {
      return (capabilities ??= capabilitiesOf(upstream, input.model));
    },
    fetchFiles: (urls) => pools.files.fetchAll(urls, controller.signal),
    drop: (field, why) => void input.dropped?.push({ field, why }),
  };
  return {
    context,
    seen,
    begun() {
      begunAt ??= input.now?.();
      seen.firstAt ??= performance.now();
      clearTimeout(first);
    },
    get begunAt() {
      return begunAt;
    },
    failed: (error) => input.onFailure?.(error),
    release() {
      if (isOver) return;
      isOver = true;
      clearTimeout(timer);
      clearTimeout(first);
      signal?.removeEventListener('abort', onAbort);
      input.onRelease?.();
    },
  };
}

/** Bodies that are streamed are not captured: they are files, as a rule. */
function captured(
  { method, url, headers = {}, body }: HttpRequest,
  attempt = 0,
): Omit<UpstreamExchange, 'reply'> {
  const isWhole = typeof body === 'string' || body instanceof Uint8Array;
  return { attempt, method, url, headers, ...(isWhole && { body }) };
}

/** What an upstream's model can do: what its provider knows of the family, then what the config says. */
export function capabilitiesOf({ type, config }: Upstream, model = ''): Capabilities {
  // Aggregators put the vendor in front: `deepseek/deepseek-chat`.
  const family = model.slice(model.lastIndexOf('/') + 1);
  return resolveCapabilities([
    ...rowsFor(family, type.capabilities ?? {}),
    ...rowsFor(model, config.capabilities as CapabilityTable),
  ]);
}
