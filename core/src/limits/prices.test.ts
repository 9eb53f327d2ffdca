import { describe, expect, it } from 'vitest';
import { upstreamSchema } from '../config/upstream.ts';
import type { Upstream } from '../upstreams/upstream.ts';
import { createPrices } from './prices.ts';

function at(baseUrl?: string): Upstream {
  const config = upstreamSchema.parse({ id: 'up', provider: 'p', options: baseUrl ? { baseUrl } : {} });
  return { config, type: {} } as Upstream;
}

const usage = { input: 1_000_000, output: 1_000_000 };

describe('the cost of a request', () => {
  it('is that of the public API', () => {
    const prices = createPrices(() => ({ table: {}, unknown: 'refuse' }));
    const model = 'gpt-4o';
    const upstream = at('https://api.openai.com/v1');
    expect(prices.costOf(usage, { upstream, model })).toBeCloseTo(12.5);
    // What comes from the cache costs half.
    expect(prices.costOf({ ...usage, cacheRead: 1_000_000 }, { upstream, model })).toBeCloseTo(11.25);
    const claude = { upstream: at('https://api.anthropic.com'), model: 'claude-sonnet-4-5' };
    expect(prices.costOf({ input: 100_000, output: 0 }, claude)).toBeCloseTo(0.3);
    // Long prompts cost twice as much.
    expect(prices.costOf({ input: 300_000, output: 0 }, claude)).toBeCloseTo(1.8);
    const gemini = { upstream: at('https://generativelanguage.googleapis.com'), model: 'gemini-2.5-flash' };
    expect(prices.costOf(usage, gemini)).toBeGreaterThan(0);
  });

  it.each([
    ['a server of your own', 'http://10.0.0.7:8000/v1', 'gpt-4o'],
    ['a model that the table lacks', 'https://api.openai.com/v1', 'gpt-from-tomorrow'],
    ['an upstream without an address', undefined, 'echo'],
  ])('is not known of %s, and never 0', (_, baseUrl, model) => {
    expect(
      createPrices(() => ({ table: {}, unknown: 'refuse' })).costOf(usage, { upstream: at(baseUrl), model }),
    ).toBeUndefined();
  });

  it('is what the config says, the later row first', () => {
    const table = {
      '*': { input: 1, output: 2 },
      'up/m': { input: 3, output: 4, cacheRead: 1, cacheWrite: 5 },
    };
    const prices = createPrices(() => ({ table, unknown: 'refuse' }));
    const upstream = at('https://api.openai.com/v1');
    expect(prices.costOf(usage, { upstream, model: 'gpt-4o' })).toBe(3);
    expect(prices.costOf(usage, { upstream, model: 'm' })).toBe(7);
    const cached = { ...usage, cacheRead: 500_000, cacheWrite: 200_000 };
    expect(prices.costOf(cached, { upstream, model: 'm' })).toBeCloseTo(0.3 * 3 + 0.5 * 1 + 0.2 * 5 + 4);
  });

  it('has a part for the request itself, where the config says so', () => {
    const table = { m: { input: 1, output: 2, request: 0.04 } };
    const prices = createPrices(() => ({ table, unknown: 'refuse' }));
    expect(prices.costOf(usage, { upstream: at('x'), model: 'm' })).toBeCloseTo(3.04);
  });

  it.each([
    ['refuse', undefined, false],
    ['allow', undefined, true],
    [5, 10, true],
    [0, 0, true],
  ] as const)('that is not known is treated as `unknown: %s` says', (unknown, cost, isPayable) => {
    const prices = createPrices(() => ({ table: {}, unknown }));
    const priced = { upstream: at('http://10.0.0.7:8000/v1'), model: 'm' };
    expect(prices.costOf(usage, priced)).toBe(cost);
    expect(prices.isPayable(priced)).toBe(isPayable);
  });

  it('is that of the provider where nobody else says', () => {
    const upstream = { ...at(), type: { price: { input: 0, output: 0 } } } as Upstream;
    const prices = createPrices(() => ({ table: {}, unknown: 'refuse' }));
    expect(prices.costOf(usage, { upstream, model: 'm' })).toBe(0);
  });

  it('is never less than nothing, whatever an upstream counts', () => {
    const prices = createPrices(() => ({ table: { '*': { input: 1, output: 1 } }, unknown: 'refuse' }));
    const odd = { input: 10, output: 0, cacheRead: 100 };
    expect(prices.costOf(odd, { upstream: at('x'), model: 'm' })).toBeGreaterThanOrEqual(0);
  });
});
