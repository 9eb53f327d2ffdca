import fc from 'fast-check';
import { expect, it } from 'vitest';
import { changed, limitInMicros, MAX_AMOUNT, sum, toAmount, toDollars, toMicros } from './amount.ts';

const anyNumber = fc.oneof(
  fc.double(),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 1e300, -1e300, Number.MAX_SAFE_INTEGER),
);

it('an amount is a whole number within its bounds, whatever it is made of', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, (a, b) => {
      for (const amount of [toAmount(a), toMicros(a), sum(toAmount(a), toMicros(b))]) {
        expect(Number.isSafeInteger(amount) && amount >= 0 && amount <= MAX_AMOUNT).toBe(true);
      }
    }),
  );
});

it('a counter stays whole and not below 0, whatever is added or taken away', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.boolean(), anyNumber)), (changes) => {
      let count = 0;
      for (const [isAdded, by] of changes) {
        count = changed(count, isAdded ? toAmount(by) : 0 - toAmount(by));
        expect(Number.isSafeInteger(count) && count >= 0).toBe(true);
      }
    }),
  );
});

it('money is counted up to the next millionth of a dollar, without the noise of fractions', () => {
  expect([0, 0.024, 0.1 + 0.2, 0.000_000_4, 1.000_000_5].map(toMicros)).toEqual([
    ...[0, 24_000, 300_000, 1, 1_000_001],
  ]);
  expect([0.02, 5_000_000, 1e300].map(limitInMicros)).toEqual([20_000, 5e12, 1e15]);
  expect(toDollars(24_000)).toBe(0.024);
});
