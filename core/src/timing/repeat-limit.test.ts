import { describe, expect, it } from 'vitest';
import { RepeatLimit } from './repeat-limit.ts';

describe('what is logged again and again', () => {
  it('is left out for a minute, and counted', () => {
    const clock = { now: 0 };
    const limit = new RepeatLimit(() => clock.now);
    expect(limit.take('a')).toEqual({});
    expect(limit.take('a')).toBeUndefined();
    expect(limit.take('b')).toEqual({});
    clock.now = 60_000;
    expect(limit.take('a')).toEqual({ more: 1 });
  });

  it('stays known while many other things come once', () => {
    const limit = new RepeatLimit(() => 0);
    limit.take('a');
    for (let other = 0; other < 1_000; other += 1) {
      limit.take(`other ${other}`);
      expect(limit.take('a')).toBeUndefined();
    }
  });
});
