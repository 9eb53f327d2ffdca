import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { candidate, fakeClock } from '../../../tests/support/candidates.ts';
import { callOf, exchangeOf, keyOf, routingDeps } from '../../../tests/support/exchange.ts';
import { type ErrorKind, GatewayError } from '@dragoman/plugin';
import type { UpstreamInput } from '../config/upstream.ts';
import { NONE, toAmount } from '../limits/amount.ts';
import type { UpstreamCall } from '../upstreams/call.ts';
import { type Attempt, attemptError, makeAttempt, summarize, unavailable } from './attempts.ts';

const failure = (kind: ErrorKind, retryAfterMs?: number): GatewayError =>
  new GatewayError(kind, `No: ${kind}.`, retryAfterMs === undefined ? {} : { retryAfterMs });
const failing = (error: unknown): Attempt<string> => {
  return () => Promise.reject(error);
};
const demand = () => ({ input: toAmount(5), output: NONE, cost: NONE, mostCost: NONE });

afterEach(() => vi.useRealTimers());

/** One upstream that is asked once; what it does is the attempt. */
function asked(attempt: Attempt<string>, config: Partial<UpstreamInput> = {}) {
  const clock = fakeClock();
  const deps = routingDeps(clock);
  const one = candidate('up', config);
  const exchange = exchangeOf({ key: keyOf({}) });
  const calls: UpstreamCall[] = [];
  const input = {
    ...({ exchange, demand, reason: 'first', name: 'm' } as const),
    attempt: (...[to, call, from]: Parameters<Attempt<string>>) => {
      calls.push(call);
      return attempt(to, call, from);
    },
  };
  const { limits = {} } = one.upstream.config;
  return {
    ...{ one, exchange, calls, clock },
    gate: deps.gates.of(one.upstream),
    /** What is counted of the upstream's limits. */
    uses: async () => {
      const uses = await deps.limiter.uses({ kind: 'upstream', id: 'up', limits });
      return Object.fromEntries(uses.map(({ name, used }) => [name, used]));
    },
    make: (own: { readonly firstTokenMs?: number; readonly totalMs?: number } = {}) =>
      makeAttempt(one, { ...input, ...own }, deps),
  };
}

describe('an attempt that answers', () => {
  it('is written down, and runs on until its reply is over', async () => {
    const { make, one, exchange, calls, gate, clock } = asked(() => {
      clock.pass(40);
      return Promise.resolve('Hi.');
    });
    exchange.record.dropped.push({ field: 'seed', why: 'of an earlier attempt' });
    expect(await make()).toBe('Hi.');
    const { record } = exchange;
    expect(record).toMatchObject({ attempts: 1, upstream: 'up', upstreamModel: 'm', dropped: [] });
    expect(record.served).toBe(calls[0]?.meter);
    expect(one.health).toMatchObject({ successes: 1, latencyMs: 40, running: 1 });
    expect(gate.running).toBe(1);
    calls[0]?.release();
    expect([gate.running, one.health.running]).toEqual([0, 0]);
  });

  it('tells its health when the reply breaks later', async () => {
    const { make, one, exchange, calls, clock } = asked(() => Promise.resolve('Hi.'));
    await make();
    calls[0]?.failed(failure('upstream-broken'));
    calls[0]?.failed(failure('timeout'));
    expect(one.health.breaker.recentFailures(clock.now())).toBe(2);
    expect(exchange.record.attemptRecords).toMatchObject([{ error: { kind: 'upstream-broken' } }]);
  });

  it('answers nobody when the client left meanwhile', async () => {
    const { make, one, exchange, gate } = asked((_, __, { record }) => {
      exchange.leave();
      return Promise.resolve(`after ${record.attempts}`);
    });
    await expect(make()).rejects.toMatchObject({ kind: 'cancelled' });
    expect(one.health.successes).toBe(0);
    expect(gate.running).toBe(0);
  });
});

describe('an attempt that fails', () => {
  it('frees its place, aborts its call and names the upstream', async () => {
    const { make, one, calls, gate, exchange, clock } = asked(failing(failure('overloaded')));
    await expect(make()).rejects.toMatchObject({
      kind: 'overloaded',
      details: { upstream: { id: 'up' } },
    });
    expect(calls[0]?.signal.aborted).toBe(true);
    expect([gate.running, one.health.running]).toEqual([0, 0]);
    expect(one.health.breaker.recentFailures(clock.now())).toBe(1);
    expect(exchange.record.served).toBeUndefined();
    expect(exchange.record.attemptRecords).toMatchObject([{ error: { kind: 'overloaded' } }]);
  });

  it('says nothing about the upstream when the client left', async () => {
    const { make, one, exchange, clock } = asked(() => {
      exchange.leave();
      return Promise.reject(failure('upstream-broken'));
    });
    await expect(make()).rejects.toMatchObject({ kind: 'upstream-broken' });
    expect(one.health.breaker.recentFailures(clock.now())).toBe(0);
    expect(exchange.record.attemptRecords).toMatchObject([{ error: { kind: 'cancelled' } }]);
  });

  it.each([
    ['its first token', { firstTokenMs: 50 }, {}],
    ['all of it', { totalMs: 50 }, {}],
    ["the upstream's own time", {}, { totalMs: 50 }],
  ])('by timeout is one of the upstream: %s', async (_, times, timeouts) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const waiting: Attempt<string> = (__, { signal }) =>
      new Promise((resolve, reject) => {
        signal.addEventListener('abort', () => reject(new TypeError('terminated')));
      });
    const { make } = asked(waiting, { timeouts });
    const outcome = make(times).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(50);
    expect(await outcome).toMatchObject({ kind: 'timeout', details: { upstream: { id: 'up' } } });
  });
});

describe('an upstream with limits', () => {
  it('is not asked beyond them', async () => {
    const { make, calls, exchange } = asked(() => Promise.resolve('Hi.'), { limits: { tokensPerMinute: 4 } });
    await expect(make()).rejects.toMatchObject({
      kind: 'rate-limit',
      message: expect.stringContaining('The upstream of this model') as string,
    });
    expect(calls).toEqual([]);
    expect(exchange.record).toMatchObject({ attempts: 0, attemptRecords: [] });
    // The client learns of the limits of its key and model only.
    expect(exchange.record.limits).toBeUndefined();
  });

  it('gets back what a failed attempt held of them, and keeps what an answer holds until its end', async () => {
    const limits = { concurrentRequests: 1, tokensPerMinute: 100 };
    const failed = asked(failing(failure('overloaded')), { limits });
    await failed.make().catch(() => {});
    expect(await failed.uses()).toEqual({ concurrentRequests: 0, tokensPerMinute: 0 });
    const answered = asked(() => Promise.resolve('Hi.'), { limits });
    await answered.make();
    expect(await answered.uses()).toEqual({ concurrentRequests: 1, tokensPerMinute: 5 });
    await answered.exchange.end();
    expect(await answered.uses()).toMatchObject({ concurrentRequests: 0 });
  });
});

describe('an upstream without a free place', () => {
  it('is asked when one comes free', async () => {
    const { make, gate, exchange } = asked(() => Promise.resolve('Hi.'), { concurrency: { max: 1 } });
    gate.tryEnter();
    const answer = make();
    await turn();
    expect(gate.waiting).toBe(1);
    expect(exchange.record.attempts).toBe(0);
    gate.exit();
    expect(await answer).toBe('Hi.');
    expect(exchange.record.attempts).toBe(1);
  });

  it('is not asked for a client that left, whose limits are given back', async () => {
    const { make, gate, exchange, calls, uses } = asked(() => Promise.resolve('Hi.'), {
      concurrency: { max: 1 },
      limits: { concurrentRequests: 5 },
    });
    gate.tryEnter();
    const answer = make();
    await turn();
    expect(await uses()).toEqual({ concurrentRequests: 1 });
    exchange.leave();
    await expect(answer).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await uses()).toEqual({ concurrentRequests: 0 });
    expect([gate.waiting, gate.running, calls.length, exchange.record.attempts]).toEqual([0, 1, 0, 0]);
  });

  it('is overloaded when its queue is full', async () => {
    const { make, gate } = asked(() => Promise.resolve('Hi.'), { concurrency: { max: 1, queue: 0 } });
    gate.tryEnter();
    await expect(make()).rejects.toMatchObject({ kind: 'overloaded', details: { code: 'upstream_busy' } });
  });
});

describe('what the client is told', () => {
  it('of a failed call is why it was aborted, if nothing better is known', () => {
    const one = candidate('up');
    const call = callOf(one);
    expect(attemptError(new TypeError('x is undefined'), one, call).kind).toBe('internal');
    call.abandon(failure('timeout'));
    expect(attemptError(new TypeError('terminated'), one, call).kind).toBe('timeout');
    expect(attemptError(failure('invalid'), one, call).kind).toBe('invalid');
  });

  it('of several failures is the last one, and the shortest wait where all are of a kind', () => {
    const [soon, late] = [failure('rate-limit', 100), failure('rate-limit', 900)];
    expect(summarize([])).toBeUndefined();
    expect(summarize([soon, failure('timeout'), late])).toBe(late);
    expect(summarize([soon, late])).toMatchObject({ kind: 'rate-limit', details: { retryAfterMs: 100 } });
    expect(summarize([failure('upstream-auth'), failure('upstream-auth')])).toMatchObject({
      details: { code: 'upstream_credentials_exhausted' },
    });
  });

  it.each([
    ['rate-limit', 'rate-limit', 'upstreams_unavailable', 1_000],
    ['billing', 'rate-limit', 'upstreams_unavailable', 300_000],
    ['upstream-model', 'overloaded', 'upstreams_unavailable', 60_000],
    ['upstream-auth', 'upstream-auth', 'upstream_credentials_exhausted', undefined],
  ] as const)('when all rest after %s is %s', (rested, kind, code, retryAfterMs) => {
    const [a, b] = [candidate('a'), candidate('b')];
    for (const { health } of [a, b]) health.failed(failure(rested), 0);
    const told = unavailable([a, b], 0);
    expect([told.kind, told.details.code, told.details.retryAfterMs]).toEqual([kind, code, retryAfterMs]);
  });
});
