import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fairShares } from './fair-shares.ts';

const holdings = fc
  .array(fc.nat(1_000), { minLength: 1, maxLength: 20 })
  .map((amounts) => amounts.map((amount, at) => ({ owner: `k${at}`, amount })));

describe('fair shares', () => {
  it.each([
    [[5, 3, 1], 2, { k0: 2 }],
    [[5, 3, 1], 4, { k0: 3, k1: 1 }],
    [[4, 4], 1, { k0: 1 }],
    [[1, 9], 100, { k0: 1, k1: 9 }],
    [[3], 0, {}],
    [[], 3, {}],
  ])('of %j for %d are %j', (amounts, surplus, expected) => {
    const all = amounts.map((amount, at) => ({ owner: `k${at}`, amount }));
    expect(Object.fromEntries(fairShares(all, surplus))).toEqual(expected);
  });

  it('take exactly what is too much, and nothing of who has less than another one keeps', () => {
    fc.assert(
      fc.property(holdings, fc.nat(5_000), (all, surplus) => {
        const shares = fairShares(all, surplus);
        const total = all.reduce((sum, { amount }) => sum + amount, 0);
        const taken = [...shares.values()].reduce((sum, share) => sum + share, 0);
        expect(taken).toBe(Math.min(surplus, total));
        const left = all.map(({ owner, amount }) => amount - (shares.get(owner) ?? 0));
        const givers = all.filter(({ owner }) => shares.has(owner));
        const most = Math.max(...left);
        for (const { amount } of givers) expect(amount).toBeGreaterThanOrEqual(most);
        expect(Math.min(...left)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});
