import { expect, it } from 'vitest';
import { deepFreeze } from './deep-freeze.ts';

it('freezes everything within, also below what was frozen before and in circles', () => {
  const inner = { text: 'a' };
  const circle: { own?: unknown } = {};
  circle.own = circle;
  const value = deepFreeze({ list: Object.freeze([inner]), circle });
  expect(Object.isFrozen(value)).toBe(true);
  expect(Object.isFrozen(inner)).toBe(true);
  expect(Object.isFrozen(circle)).toBe(true);
});

it('takes values of any depth', () => {
  let value: object = {};
  for (let depth = 0; depth < 100_000; depth += 1) value = { value };
  expect(() => deepFreeze(value)).not.toThrow();
});
