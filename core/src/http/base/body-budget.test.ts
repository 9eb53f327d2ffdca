import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GatewayError } from '@dragoman/plugin';
import { createBodyBudget } from './body-budget.ts';

const errorOf = (act: () => void): GatewayError | undefined => {
  try {
    act();
    return undefined;
  } catch (error) {
    return GatewayError.from(error);
  }
};

describe('the budget of bodies', () => {
  it('has no room for more than it has in all, until some is given back', () => {
    const budget = createBodyBudget({ bodyBudget: 100, bodyLimit: 10 });
    const accounts = ['a', 'b', 'c'].map((owner) => budget.open(owner));
    for (const account of accounts) account.add(30);
    const error = errorOf(() => accounts[0]?.add(11));
    expect(error).toMatchObject({ kind: 'overloaded', status: 503, details: { retryAfterMs: 1000 } });
    expect(budget.used).toBe(90);
    accounts[1]?.release();
    accounts[0]?.add(11);
    expect(budget.used).toBe(71);
  });

  it('gives one key half, over all of its requests, and its largest body in any case', () => {
    const budget = createBodyBudget({ bodyBudget: 100, bodyLimit: 10 });
    const [first, second] = [budget.open('a'), budget.open('a')];
    first.add(30);
    second.add(20);
    expect(errorOf(() => second.add(1))).toMatchObject({ kind: 'overloaded' });
    budget.open('b').add(50);
    const large = createBodyBudget({ bodyBudget: 100, bodyLimit: 80 }).open('a');
    large.add(80);
    expect(errorOf(() => large.add(1))).toMatchObject({ kind: 'overloaded' });
  });

  it('gives all to a gateway without keys', () => {
    const account = createBodyBudget({ bodyBudget: 100, bodyLimit: 10 }).open('');
    account.add(100);
    expect(errorOf(() => account.add(1))).toMatchObject({ kind: 'overloaded' });
  });

  it('is back at nothing when all is released, in whatever order, and counts nothing after that', () => {
    const step = fc.record({
      at: fc.nat(4),
      bytes: fc.nat(60),
      act: fc.constantFrom('add', 'remove', 'release'),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const budget = createBodyBudget({ bodyBudget: 100, bodyLimit: 10 });
        const accounts = Array.from({ length: 5 }, (_, at) => budget.open(`k${at % 2}`));
        for (const { at, bytes, act } of steps) {
          errorOf(() => (act === 'release' ? accounts[at]?.release() : accounts[at]?.[act as 'add'](bytes)));
          expect(budget.used).toBeLessThanOrEqual(100);
          expect(budget.used).toBeGreaterThanOrEqual(0);
        }
        for (const account of accounts) account.release();
        for (const account of accounts) account.add(5);
        expect(budget.used).toBe(0);
        const again = budget.open('k0');
        again.add(50);
      }),
    );
  });
});
