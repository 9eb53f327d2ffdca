import { describe, expect, it } from 'vitest';
import { candidate, fakeClock } from '../../../tests/support/candidates.ts';
import {
  exchangeOf,
  keyOf,
  type Outcome,
  routeTo,
  routingDeps,
  script,
  type TestExchange,
} from '../../../tests/support/exchange.ts';
import { type ErrorKind, GatewayError } from '@dragoman/plugin';
import type { Route } from '../catalogue/route.ts';
import type { Routed } from './routed.ts';
import { createRouter } from './router.ts';

const failure = (kind: ErrorKind): GatewayError => new GatewayError(kind, `No: ${kind}.`);

/** A gateway whose model `m` may have fallbacks; each model has an upstream of its name. */
function gateway(
  outcomes: Readonly<Record<string, Outcome>>,
  fallbacks: Readonly<Record<string, Route['fallbacks']>> = {},
) {
  const names = Object.keys(outcomes);
  const routes = Object.fromEntries(
    names.map((name) => [name, routeTo([candidate(name)], { fallbacks: fallbacks[name] ?? {} })]),
  );
  const clock = fakeClock();
  const { asked, attempt } = script(outcomes);
  const router = createRouter(routingDeps(clock, routes));
  const serve = (exchange: TestExchange = exchangeOf(), own: Partial<Routed<string>> = {}) =>
    router.serve({ model: 'm', exchange, attempt, ...own });
  return { router, serve, asked, clock };
}

describe('fallbacks', () => {
  const all = { contextWindow: ['long'], contentPolicy: ['lenient'], default: ['spare'] };
  it.each([
    ['context-window', 'long'],
    ['content-policy', 'lenient'],
    ['upstream-auth', 'spare'],
    ['timeout', 'spare'],
    ['invalid', undefined],
    ['cancelled', undefined],
  ] as const)('after %s are those for it: %s', async (kind, fallback) => {
    const outcomes = { m: failure(kind), long: 'long', lenient: 'lenient', spare: 'spare' };
    const { serve, asked } = gateway(outcomes, { m: all });
    const told = await serve().catch((error: unknown) => GatewayError.from(error).kind);
    expect(told).toBe(fallback ?? kind);
    expect(asked).toEqual(fallback ? ['m', fallback] : ['m']);
  });

  it('have fallbacks of their own, and each name is asked once', async () => {
    const outcomes = { m: failure('timeout'), spare: failure('timeout'), last: failure('upstream-auth') };
    const { serve, asked } = gateway(outcomes, {
      m: { default: ['spare'] },
      spare: { default: ['m', 'last'] },
      last: { default: ['m', 'spare'] },
    });
    await expect(serve()).rejects.toMatchObject({ kind: 'upstream-auth' });
    expect(asked).toEqual(['m', 'spare', 'last']);
  });

  it('that nobody serves do not hide why the model failed', async () => {
    const { serve } = gateway({ m: failure('timeout') }, { m: { default: ['gone'] } });
    await expect(serve()).rejects.toMatchObject({ kind: 'timeout' });
    await expect(serve(exchangeOf(), { model: 'gone' })).rejects.toMatchObject({ kind: 'not-found' });
  });

  it('are written down under their own names', async () => {
    const exchange = exchangeOf();
    await gateway({ m: failure('timeout'), spare: 'spare' }, { m: all }).serve(exchange);
    expect(exchange.record.attemptRecords.map(({ name }) => name)).toEqual(['m', 'spare']);
  });

  it('are not asked where the body is gone, or the client is', async () => {
    const sent = gateway({ m: failure('timeout'), spare: 'spare' }, { m: all });
    await expect(sent.serve(exchangeOf(), { isOnce: true })).rejects.toMatchObject({ kind: 'timeout' });
    const exchange = exchangeOf();
    const leaves = (): string => {
      exchange.leave();
      throw failure('timeout');
    };
    const left = gateway({ m: leaves, spare: 'spare' }, { m: all });
    await expect(left.serve(exchange)).rejects.toMatchObject({ kind: 'timeout' });
    expect([sent.asked, left.asked]).toEqual([['m'], ['m']]);
  });
});

describe('repeats', () => {
  it('are earned by requests: five for one', async () => {
    const { serve, clock } = gateway({ m: failure('overloaded') });
    const repeatsOf = async (requests: number): Promise<number> => {
      const before = clock.slept.length;
      for (let request = 0; request < requests; request += 1) {
        await serve().catch(() => {});
        // The failures of the breaker are forgotten.
        clock.pass(400_000);
      }
      return clock.slept.length - before;
    };
    // A hundred are saved up, and each request makes two.
    expect(await repeatsOf(60)).toBeGreaterThan(100);
    expect(await repeatsOf(50)).toBe(10);
  });
});

describe('the limits of a key', () => {
  const estimate = () => ({ input: 10, output: 10, choices: 1 });

  it('refuse before anybody is asked, and say what is left', async () => {
    const { serve, asked } = gateway({ m: 'm' });
    const exchange = exchangeOf({ key: keyOf({ requestsPerMinute: 1 }) });
    expect(await serve(exchange)).toBe('m');
    expect(exchange.record.limits?.requests).toMatchObject({ limit: 1, remaining: 0 });
    await expect(serve(exchangeOf({ key: keyOf({ requestsPerMinute: 1 }) }))).rejects.toMatchObject({
      kind: 'rate-limit',
    });
    expect(asked).toEqual(['m']);
  });

  it('count a request once, however many are asked for it', async () => {
    const { serve } = gateway({ m: failure('timeout'), spare: 'spare' }, { m: { default: ['spare'] } });
    const exchange = exchangeOf({ key: keyOf({ requestsPerMinute: 2 }) });
    expect(await serve(exchange)).toBe('spare');
    expect(exchange.record.limits?.requests?.remaining).toBe(1);
  });

  it('on money refuse a model without a price', async () => {
    const { serve, asked } = gateway({ m: 'm' });
    const exchange = exchangeOf({ key: keyOf({ costPerDay: 1, requestsPerMinute: 5 }) });
    await expect(serve(exchange, { estimate })).rejects.toMatchObject({ details: { code: 'price_unknown' } });
    expect(asked).toEqual([]);
    // It counts toward nothing.
    expect(exchange.record.limits).toBeUndefined();
  });

  it('on work refuse what goes on after its reply', async () => {
    const { serve, asked } = gateway({ m: 'm' });
    const exchange = exchangeOf({ key: keyOf({ tokensPerDay: 1_000 }) });
    exchange.record.uncounted = { what: '`background`', isPriceable: true };
    await expect(serve(exchange, { estimate })).rejects.toMatchObject({
      kind: 'permission',
      details: { code: 'work_not_counted' },
    });
    expect(asked).toEqual([]);
  });

  it('count requests that name no model, too', async () => {
    const { router } = gateway({});
    const exchange = exchangeOf({ key: keyOf({ requestsPerMinute: 1 }) });
    const asking = { upstream: candidate('up').upstream, model: '/v1/files' };
    await router.admit(exchange, asking);
    await expect(router.admit(exchange, asking)).rejects.toMatchObject({ kind: 'rate-limit' });
  });
});
