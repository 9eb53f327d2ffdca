import { readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { candidate, type FakeClock, fakeClock, handClock, idsOf } from '../../../tests/support/candidates.ts';
import {
  exchangeOf,
  keyOf,
  type Outcome,
  routeTo,
  routingDeps,
  script,
} from '../../../tests/support/exchange.ts';
import { type ErrorKind, GatewayError } from '@dragoman/plugin';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Route } from '../catalogue/route.ts';
import { RetryBudget } from './retry-budget.ts';
import { RouteRun } from './route-run.ts';
import type { Routed } from './routed.ts';

const failure = (kind: ErrorKind, retryAfterMs?: number): GatewayError =>
  new GatewayError(kind, `No: ${kind}.`, retryAfterMs === undefined ? {} : { retryAfterMs });

interface Setting {
  readonly candidates?: Route['candidates'];
  readonly route?: Partial<Route>;
  readonly routed?: Partial<Routed<string>>;
  readonly clock?: FakeClock;
  readonly exchange?: ReturnType<typeof exchangeOf>;
}

/** A model that the upstreams of the script serve. */
function model(outcomes: Readonly<Record<string, Outcome | readonly Outcome[]>>, setting: Setting = {}) {
  const { clock = fakeClock(), exchange = exchangeOf() } = setting;
  const { candidates = Object.keys(outcomes).map((id) => candidate(id)) } = setting;
  const { asked, attempt } = script(outcomes);
  const deps = { ...routingDeps(clock), budget: new RetryBudget() };
  const route = routeTo(candidates, setting.route);
  const find = (id: string): Candidate => {
    const found = candidates.find(({ upstream }) => upstream.config.id === id);
    if (!found) throw new Error(`There is no ${id}.`);
    return found;
  };
  const serve = (): Promise<string> =>
    new RouteRun(route, { model: 'm', exchange, attempt, ...setting.routed }, deps).run();
  return { ...{ serve, asked, clock, exchange, candidates, find }, ...{ deps, route } };
}

const estimate = () => ({ input: 10, output: 10, choices: 1 });
const kindOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'no failure',
    (error: unknown) => (GatewayError.is(error) ? (error.details.code ?? error.kind) : error),
  );

describe('the order of candidates', () => {
  it('is that of the policy, and the first that answers is the last that is asked', async () => {
    const { serve, asked, exchange } = model({ a: failure('timeout'), b: 'Here.', c: 'Never.' });
    expect(await serve()).toBe('Here.');
    expect(asked).toEqual(['a', 'b']);
    expect(exchange.record).toMatchObject({ attempts: 2, upstream: 'b', upstreamModel: 'm' });
    expect(exchange.record.attemptRecords.map(({ reason }) => reason)).toEqual(['first', 'next']);
  });

  it('takes turns from request to request', async () => {
    const { serve, asked } = model({ a: 'A.', b: 'B.' }, { route: { policy: 'round-robin' } });
    for (let request = 0; request < 4; request += 1) await serve();
    expect(asked).toEqual(['a', 'b', 'a', 'b']);
  });

  it('has those come last that have no place free or said that nothing is left', async () => {
    const candidates = [
      candidate('full', { concurrency: { max: 1 } }),
      candidate('empty'),
      candidate('free'),
    ];
    const { serve, asked, find, deps, clock } = model(
      { full: 'F.', empty: failure('timeout'), free: failure('timeout') },
      { candidates },
    );
    const gate = deps.gates.of(find('full').upstream);
    gate.tryEnter();
    find('empty').health.exhaustedUntil = clock.now() + 1;
    const reply = serve();
    await turn();
    expect(gate.waiting).toBe(1);
    expect(asked).toEqual(['free']);
    gate.exit();
    expect(await reply).toBe('F.');
    expect(asked).toEqual(['free', 'full']);
  });

  it('leaves out who rests, and those that the request cannot use', async () => {
    const { serve, asked, find, clock } = model(
      { rests: 'R.', unfit: 'U.', fit: 'F.' },
      { routed: { select: (all) => all.filter((one) => !idsOf([one]).includes('unfit')) } },
    );
    find('rests').health.failed(failure('upstream-auth'), clock.now());
    expect(await serve()).toBe('F.');
    expect(asked).toEqual(['fit']);
  });

  it('has the only one asked even while it rests', async () => {
    const { serve, find, clock } = model({ a: 'A.' });
    find('a').health.failed(failure('upstream-auth'), clock.now());
    expect(await serve()).toBe('A.');
  });

  it('goes by the health of what is asked for', async () => {
    const { serve, asked, find, clock } = model({ a: 'A.', b: 'B.' }, { routed: { operation: 'embed' } });
    find('a').health.failed(failure('upstream-auth'), clock.now());
    expect(await serve()).toBe('A.');
    expect(asked).toEqual(['a']);
  });
});

/** The rows of the table in docs/routing.md. */
function rowsOfDocs() {
  const text = readFileSync(new URL('../../../docs/routing.md', import.meta.url), 'utf8');
  const [, section = ''] = text.split('## When an attempt fails');
  const [table = ''] = section.split('\n- ');
  const rows = table
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  return rows.flatMap(([, , kinds = '', next, again]) =>
    [...kinds.matchAll(/`(\w[\w-]*)`/g)].map(([, kind]) => ({
      kind: kind as ErrorKind,
      next: next === 'yes',
      again: again === 'yes',
    })),
  );
}

describe('a failure', () => {
  it.each(rowsOfDocs())('$kind: next candidate $next, the same again $again, as documented', async (row) => {
    const { serve, asked } = model({ a: [failure(row.kind, 100), 'Again.'], b: failure('timeout') });
    const outcome = await serve().catch((error: unknown) => GatewayError.from(error).kind);
    expect(asked).toEqual(['a', ...(row.next ? ['b'] : []), ...(row.again ? ['a'] : [])]);
    if (!row.next) expect(outcome).toBe(row.kind);
    if (row.again) expect(outcome).toBe('Again.');
  });

  it('is documented for all kinds that another candidate follows', () => {
    expect(
      rowsOfDocs()
        .filter(({ next }) => next)
        .map(({ kind }) => kind)
        .toSorted(),
    ).toEqual([
      'billing',
      'overloaded',
      'rate-limit',
      'timeout',
      'upstream-auth',
      'upstream-broken',
      'upstream-model',
      'upstream-unreachable',
    ]);
  });

  it('of a provider that throws anything else is told to the client', async () => {
    const { serve, asked } = model({
      a: () => {
        throw new TypeError('x is undefined');
      },
      b: 'B.',
    });
    expect(await kindOf(serve())).toBe('internal');
    expect(asked).toEqual(['a']);
  });

  it('is the last one where the request can be sent only once, or the client is gone', async () => {
    const once = model({ a: failure('overloaded'), b: 'B.' }, { routed: { isOnce: true } });
    expect(await kindOf(once.serve())).toBe('overloaded');
    const exchange = exchangeOf();
    const left = model(
      {
        a: () => {
          exchange.leave();
          throw failure('overloaded');
        },
        b: 'B.',
      },
      { exchange },
    );
    expect(await kindOf(left.serve())).toBe('overloaded');
    expect([once.asked, left.asked]).toEqual([['a'], ['a']]);
    expect(left.find('a').health.breaker.recentFailures(left.clock.now())).toBe(0);
  });
});

describe('the same candidates again', () => {
  it('are asked after pauses that double, as often as the model says', async () => {
    const { serve, asked, clock } = model({ a: failure('overloaded') });
    expect(await kindOf(serve())).toBe('overloaded');
    expect(asked).toEqual(['a', 'a', 'a']);
    expect(clock.slept).toEqual([125, 250]);
  });

  it('have pauses with a bound', async () => {
    const retry = { repeats: 4, baseMs: 100, maxMs: 300 };
    const { serve, clock } = model({ a: failure('upstream-broken') }, { route: { retry } });
    await kindOf(serve());
    expect(clock.slept).toEqual([50, 100, 150, 150]);
  });

  it('are asked when the upstream says, if that is soon', async () => {
    const soon = model({ a: [failure('rate-limit', 1_500), 'A.'], b: failure('billing') });
    expect(await soon.serve()).toBe('A.');
    expect(soon.clock.slept).toEqual([1_500]);
    const late = model({ a: failure('rate-limit', 60_000), b: failure('upstream-auth') });
    expect(await kindOf(late.serve())).toBe('upstream-auth');
    expect(late.clock.slept).toEqual([]);
  });

  it('are paid from a budget', async () => {
    const { serve, asked, deps } = model({ a: failure('overloaded') });
    while (deps.budget.spend());
    deps.budget.earn();
    expect(await kindOf(serve())).toBe('overloaded');
    expect(asked).toEqual(['a']);
  });

  it('are not asked when the client left during the pause', async () => {
    const clock = handClock();
    const { serve, asked, exchange } = model({ a: failure('overloaded') }, { clock });
    const reply = kindOf(serve());
    await clock.sleeper;
    exchange.leave();
    expect(await reply).toBe('cancelled');
    expect(asked).toEqual(['a']);
  });

  it('are waited for when all rest, without a payment, and named when that takes too long', async () => {
    const soon = model({ a: 'A.', b: 'B.' });
    for (const { health } of soon.candidates) health.failed(failure('rate-limit', 700), soon.clock.now());
    while (soon.deps.budget.spend());
    expect(await soon.serve()).toBe('A.');
    expect(soon.clock.slept).toEqual([700]);
    const late = model({ a: 'A.', b: 'B.' });
    for (const { health } of late.candidates) health.failed(failure('upstream-auth'), late.clock.now());
    expect(await kindOf(late.serve())).toBe('upstream_credentials_exhausted');
    expect(late.asked).toEqual([]);
  });
});

describe('the time for all attempts', () => {
  const slow = (clock: FakeClock) => () => {
    clock.pass(60);
    throw failure('overloaded');
  };

  it('ends the search for another candidate', async () => {
    const clock = fakeClock();
    const outcomes = { a: slow(clock), b: slow(clock), c: 'C.' };
    const { serve, asked } = model(outcomes, { clock, route: { timeouts: { totalMs: 100 } } });
    expect(await kindOf(serve())).toBe('overloaded');
    expect(asked).toEqual(['a', 'b']);
  });

  it('leaves out a pause that would outlast it', async () => {
    const clock = fakeClock();
    const outcomes = { a: slow(clock) };
    const { serve, asked } = model(outcomes, { clock, route: { timeouts: { totalMs: 180 } } });
    expect(await kindOf(serve())).toBe('overloaded');
    expect([asked, clock.slept]).toEqual([['a'], []]);
  });
});

describe('a race', () => {
  const silent = ({ signal }: { readonly signal: AbortSignal }): Promise<never> =>
    new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(GatewayError.from(signal.reason)));
    });
  const hedge = { afterMs: 100 };

  it('begins where the first is silent for too long; the loser is aborted and its record is not adopted', async () => {
    const clock = handClock();
    const lost = Promise.withResolvers<string>();
    const outcomes: Record<string, Outcome> = {
      a: (exchange) => {
        exchange.record.usage = { input: 1, output: 1 };
        exchange.record.dropped.push({ field: 'seed', why: 'a cannot' });
        exchange.signal.addEventListener('abort', () => lost.resolve('aborted'));
        return silent(exchange);
      },
      b: (exchange) => {
        exchange.record.dropped.push({ field: 'stop', why: 'b cannot' });
        return 'B.';
      },
    };
    const { serve, asked, exchange, find } = model(outcomes, { clock, route: { hedge } });
    const reply = serve();
    await clock.sleeper;
    expect(asked).toEqual(['a']);
    clock.pass(100);
    expect(await reply).toBe('B.');
    expect(await lost.promise).toBe('aborted');
    expect(exchange.signal.aborted).toBe(false);
    expect(exchange.record).toMatchObject({ attempts: 2, upstream: 'b', dropped: [{ field: 'stop' }] });
    expect(exchange.record.usage).toBeUndefined();
    expect(exchange.record.attemptRecords.map(({ reason }) => reason)).toEqual(['first', 'hedge']);
    await turn();
    expect(find('a').health.running).toBe(0);
    expect(find('a').health.breaker.recentFailures(clock.now())).toBe(0);
  });

  it('does not begin where the first answers in time, and another follows one that fails in time', async () => {
    const quick = model({ a: 'A.', b: 'B.' }, { clock: handClock(), route: { hedge } });
    expect(await quick.serve()).toBe('A.');
    expect(quick.asked).toEqual(['a']);
    const failed = model({ a: failure('timeout'), b: 'B.' }, { clock: handClock(), route: { hedge } });
    expect(await failed.serve()).toBe('B.');
    expect(failed.exchange.record.attemptRecords.map(({ reason }) => reason)).toEqual(['first', 'next']);
  });

  it('waits as long as the first takes by experience, where no time is set', async () => {
    const clock = handClock();
    const { serve, find } = model({ a: silent, b: 'B.' }, { clock, route: { hedge: {} } });
    for (let request = 0; request < 20; request += 1) find('a').health.succeeded(300);
    const reply = serve();
    await clock.sleeper;
    expect(clock.slept).toEqual([300]);
    clock.pass(300);
    expect(await reply).toBe('B.');
  });

  it('goes on to a third where both fail, and ends where the client is to blame', async () => {
    const both = model({ a: failure('timeout'), b: failure('timeout'), c: 'C.' }, { route: { hedge } });
    expect(await both.serve()).toBe('C.');
    expect(both.asked).toEqual(['a', 'b', 'c']);
    const invalid = model({ a: failure('invalid'), b: 'B.' }, { clock: handClock(), route: { hedge } });
    expect(await kindOf(invalid.serve())).toBe('invalid');
    expect(invalid.asked).toEqual(['a']);
  });
});

describe('limits', () => {
  it('of the model refuse before anybody is asked', async () => {
    const limits = { id: 'm', limits: { requestsPerMinute: 1 } };
    const { serve, asked } = model({ a: 'A.' }, { route: { limits } });
    await serve();
    await expect(serve()).rejects.toMatchObject({ kind: 'rate-limit', message: /^This model has reached/ });
    expect(asked).toEqual(['a']);
  });

  it('of an upstream have another one asked', async () => {
    const candidates = [candidate('a', { limits: { requestsPerMinute: 1 } }), candidate('b')];
    const { serve, asked } = model({ a: 'A.', b: 'B.' }, { candidates });
    expect([await serve(), await serve()]).toEqual(['A.', 'B.']);
    expect(asked).toEqual(['a', 'b']);
  });

  it('on money pass over those whose price is not known', async () => {
    const exchange = exchangeOf({ key: keyOf({ costPerDay: 1 }) });
    exchange.record.estimate = estimate;
    const { asked, deps, route, serve } = model({ a: 'A.' }, { exchange });
    expect(() => serve()).toThrow(
      expect.objectContaining({ details: { field: 'model', code: 'price_unknown' } }),
    );
    const isPayable: typeof deps.prices.isPayable = ({ upstream }) => upstream.config.id === 'b';
    const priced = { ...deps, prices: { ...deps.prices, isPayable } };
    const { attempt, asked: payable } = script({ b: 'B.' });
    const both = { ...route, candidates: [candidate('a'), candidate('b')] };
    await new RouteRun(both, { model: 'm', exchange, attempt }, priced).run();
    expect([asked, payable]).toEqual([[], ['b']]);
  });
});
