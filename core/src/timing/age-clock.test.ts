import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { createAgeClock } from './age-clock.ts';

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const T0 = Date.parse('2026-11-30T12:00:00Z');

let time: number;
let elapsed: number;
beforeEach(() => {
  time = T0;
  elapsed = 0;
});

const open = (newest?: number) => createAgeClock({ now: () => time, steady: () => elapsed, newest });
const pass = (ms: number): void => {
  time += ms;
  elapsed += ms;
};

describe('the clock of ages', () => {
  it('goes with the clock', () => {
    const age = open();
    for (const ms of [0, 1, MINUTE, 90 * DAY]) {
      pass(ms);
      expect(age()).toBe(time);
    }
  });

  it('does not follow a clock that jumps ahead and comes back', () => {
    const age = open();
    time += 60 * DAY;
    pass(36_000);
    expect(age()).toBe(T0 + 36_000);
    time -= 60 * DAY;
    expect(age()).toBe(time);
  });

  it('believes a clock that stays ahead for an hour', () => {
    const age = open();
    time += 60 * DAY;
    expect(age()).toBe(T0);
    pass(59 * MINUTE);
    expect(age()).toBe(T0 + 59 * MINUTE);
    pass(MINUTE);
    expect(age()).toBe(time);
  });

  it('begins with the newest record where the clock is far ahead of it', () => {
    const age = open(T0 - 60 * DAY);
    expect(age()).toBe(T0 - 60 * DAY);
    pass(60 * MINUTE);
    expect(age()).toBe(time);
    expect(open(T0 + DAY)()).toBe(time);
    expect(open(time - MINUTE)()).toBe(time);
  });

  it('is never ahead of the clock, nor of what has passed by more than the clock was ever set within an hour', () => {
    const steps = fc.array(
      fc.record({ pass: fc.nat(20 * MINUTE), jump: fc.integer({ min: -DAY, max: DAY }) }),
    );
    fc.assert(
      fc.property(steps, (all) => {
        time = T0;
        elapsed = 0;
        const age = open();
        for (const step of all) {
          pass(step.pass);
          const before = age();
          time += step.jump;
          expect(age()).toBeLessThanOrEqual(Math.max(time, before));
          expect(age()).toBeLessThanOrEqual(before + 10 * MINUTE);
        }
      }),
    );
  });
});
