import { describe, expect, it } from 'vitest';
import { delayAfter } from './guess-limit.ts';

describe('the delay of a password', () => {
  it('begins after some wrong ones, grows, and has a bound', () => {
    const delays = Array.from({ length: 1_000 }, (_, wrong) => delayAfter(wrong));
    expect(new Set(delays.slice(0, 20))).toEqual(new Set([0]));
    expect(delays[20]).toBe(50);
    expect(delays[40]).toBe(100);
    expect(delays).toEqual(delays.toSorted((a, b) => a - b));
    expect(delays.at(-1)).toBe(2_000);
  });
});
