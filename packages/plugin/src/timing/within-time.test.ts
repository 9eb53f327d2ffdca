import { describe, expect, it } from 'vitest';
import { TimeLimitError, withinTime } from './within-time.ts';

const endless = () => /^(a+)+$/.test(`${'a'.repeat(60)}!`);

describe('work within a time', () => {
  it('gives what it comes to, and fails as it fails', () => {
    expect(withinTime(5_000, () => 7)).toBe(7);
    expect(() =>
      withinTime(5_000, () => {
        throw new TypeError('A fault of its own.');
      }),
    ).toThrow(new TypeError('A fault of its own.'));
  });

  it.each([
    ['a regular expression', endless],
    [
      'a loop that catches all',
      () => {
        for (;;) {
          try {
            JSON.parse('{');
          } catch {}
        }
      },
    ],
  ])('is stopped, also %s', (_, work) => {
    expect(() => withinTime(30, work)).toThrow(TimeLimitError);
  });

  it('may hold work with a time of its own', () => {
    const told = withinTime(5_000, () => {
      try {
        return withinTime(30, endless);
      } catch (error) {
        return error instanceof TimeLimitError;
      }
    });
    expect(told).toBe(true);
    expect(() => withinTime(30, () => withinTime(60_000, endless))).toThrow(TimeLimitError);
  });
});
