import { type ErrorKind, GatewayError } from '@dragoman/plugin';
import type { Demand, Limiter, Spent } from '../limits/limiter.ts';
import type { Prices } from '../limits/prices.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { AttemptReason } from '@dragoman/plugin/internal/canonical/trace-record';
import { AttemptDiary } from './attempt-diary.ts';
import { admit } from './admission.ts';
import { startCall, type UpstreamCall } from '../upstreams/call.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Clock } from '../timing/clock.ts';
import type { Exchange } from './exchange.ts';
import type { Gates } from '../upstreams/gates.ts';
import { RequestCaller } from './request-caller.ts';
import { spentBy } from './spending.ts';

/** One request to one candidate. It throws while another candidate may still answer instead. */
export type Attempt<Result> = (
  candidate: Candidate,
  call: UpstreamCall,
  exchange: Exchange,
) => Promise<Result>;

export interface AttemptDeps {
  readonly pools: HttpPools;
  readonly gates: Gates;
  readonly clock: Clock;
  readonly limiter: Limiter;
  readonly prices: Prices;
}

export interface CandidateAttempt<Result> {
  readonly exchange: Exchange;
  readonly attempt: Attempt<Result>;
  readonly firstTokenMs?: number | undefined;
  readonly totalMs?: number | undefined;
  /** The expected usage. */
  readonly demand: () => Demand;
  readonly reason: AttemptReason;
  /** The requested name that led to the candidate. */
  readonly name: string;
}

/**
 * Tries one candidate and updates its health. Throws a `GatewayError`. If it answers, the call's timers keep running:
 * whoever ends the reply releases the call.
 */
export async function makeAttempt<Result>(
  candidate: Candidate,
  input: CandidateAttempt<Result>,
  deps: AttemptDeps,
): Promise<Result> {
  const { exchange, attempt, firstTokenMs, totalMs, demand } = input;
  const { upstream, model, health, isListed } = candidate;
  const { requestId, signal, log, record } = exchange;
  const { pools, gates, clock } = deps;
  const { id, limits } = upstream.config;
  let call: UpstreamCall | undefined;
  const spent = (): Spent | undefined => call && spentBy([call.meter], record, deps.prices);
  const admission = { exchange, demand, candidates: [candidate], spent };
  const permit = limits && (await admit({ kind: 'upstream', id, limits }, admission, deps));
  const gate = gates.of(upstream);
  const queuedAt = performance.now();
  if (!gate.tryEnter()) {
    try {
      await gate.enter(exchange.key?.id ?? '', signal);
    } catch (error) {
      await permit?.end(undefined);
      throw error;
    }
  }
  record.attempts += 1;
  record.upstream = upstream.config.id;
  record.upstreamModel = model;
  record.dropped.length = 0;
  health.begin();
  const diary = new AttemptDiary(candidate, input, queuedAt);
  const learn = (error: GatewayError): void => {
    health.failed(error, clock.now(), isListed);
    diary.failed(error);
  };
  const started = clock.now();
  const askedAt = performance.now();
  const own = (call = startCall(pools, {
    upstream,
    model,
    requestId,
    caller: new RequestCaller(exchange),
    signal,
    dropped: record.dropped,
    totalMs,
    firstTokenMs,
    health,
    now: clock.now,
    capture: record.capture,
    attempt: record.attemptRecords.length - 1,
    isLimited: record.isLimited,
    onFailure: learn,
    onFault: (fault) => diary.fault(fault),
    onRelease() {
      gate.exit();
      health.end();
      diary.end(own.seen);
    },
  }));
  record.meters.push(own.meter);
  try {
    const result = await attempt(candidate, own, exchange);
    // Another attempt was faster, or the client left: nobody wants the reply any more.
    if (signal.aborted) throw GatewayError.from(signal.reason);
    if (own.isSpared) {
      health.spared();
      delete record.upstream;
      delete record.upstreamModel;
      return result;
    }
    own.begun();
    diary.saw(own.seen);
    record.served = own.meter;
    record.ttftMs = (own.seen.firstAt ?? performance.now()) - record.arrivedAt;
    health.succeeded((own.begunAt ?? clock.now()) - started);
    return result;
  } catch (error) {
    const failure = attemptError(error, candidate, own);
    // It failed because the request was over.
    learn(signal.aborted ? GatewayError.from(signal.reason) : failure);
    own.abandon(failure);
    await permit?.end(spent());
    log.debug({ upstream: upstream.config.id, kind: failure.kind }, 'An attempt failed.');
    throw failure;
  } finally {
    record.upstreamMs += performance.now() - (own.seen.sentAt ?? askedAt);
  }
}

/** The client's error: a call that ran out of time failed by timeout, whatever broke first. */
export function attemptError(error: unknown, { upstream }: Candidate, call: UpstreamCall): GatewayError {
  const { signal } = call;
  const cause: unknown = signal.aborted && !GatewayError.is(error) ? signal.reason : error;
  const { kind, message, details } = GatewayError.from(cause);
  return new GatewayError(kind, message, {
    ...details,
    upstream: { id: upstream.config.id, ...details.upstream },
    cause: error,
  });
}

/** The client's error after all attempts failed. */
export function summarize(failures: readonly GatewayError[]): GatewayError | undefined {
  const last = failures.at(-1);
  if (!last || !failures.every(({ kind }) => kind === last.kind)) return last;
  if (last.kind === 'upstream-auth') return credentialsExhausted(last);
  const waits = failures.map(({ details }) => details.retryAfterMs).filter((ms) => ms !== undefined);
  if (waits.length < 2) return last;
  return new GatewayError(last.kind, last.message, { ...last.details, retryAfterMs: Math.min(...waits) });
}

/** The error code if every candidate is cooling down. */
export const UPSTREAMS_UNAVAILABLE = 'upstreams_unavailable';

/** The client's error if every candidate is cooling down. */
export function unavailable(candidates: readonly Candidate[], now: number): GatewayError {
  const blocks = candidates.map(({ health }) => health.blockAt(now)).filter((block) => block !== undefined);
  const reasons = new Set<ErrorKind | 'paused'>(blocks.map(({ reason }) => reason));
  if (reasons.size === 1 && reasons.has('upstream-auth')) return credentialsExhausted();
  const retryAfterMs = Math.max(1, Math.min(...blocks.map(({ until }) => until)) - now);
  const isLimited = [...reasons].some((reason) => reason === 'rate-limit' || reason === 'billing');
  const kind = isLimited ? 'rate-limit' : 'overloaded';
  const message =
    'No upstream of this model is available: all of them failed or are at their limits, and are cooling down.';
  const details = { code: UPSTREAMS_UNAVAILABLE, ...(Number.isFinite(retryAfterMs) && { retryAfterMs }) };
  return new GatewayError(kind, message, details);
}

function credentialsExhausted(cause?: GatewayError): GatewayError {
  const message = "Every upstream of this model refused the gateway's credentials.";
  return new GatewayError('upstream-auth', message, {
    ...cause?.details,
    code: 'upstream_credentials_exhausted',
  });
}
