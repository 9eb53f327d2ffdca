import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { GatewayError } from '@dragoman/plugin';
import { createUploadWatch } from './upload-watch.ts';

let now = 0;
beforeEach(() => {
  vi.useFakeTimers();
  now = 0;
});
afterEach(() => vi.useRealTimers());

/** Lets so many seconds pass, one after the other. */
function pass(seconds: number, each: () => void = () => {}): void {
  for (let second = 0; second < seconds; second += 1) {
    each();
    now += 1_000;
    vi.advanceTimersByTime(1_000);
  }
}

const watchAt = (minBytesPerSecond: number, maxMs = 0) =>
  createUploadWatch({ minBytesPerSecond, maxMs, now: () => now });

describe('an upload', () => {
  it('that stalls is ended after 30 seconds, with one error', () => {
    const errors: GatewayError[] = [];
    watchAt(100).watch((error) => errors.push(error));
    pass(29);
    expect(errors).toEqual([]);
    pass(60);
    expect(errors).toMatchObject([{ kind: 'request-timeout', status: 408 }]);
    expect(errors[0]?.message).toContain('100 bytes per second');
  });

  it('that is fast enough on average is never ended', () => {
    const slow = vi.fn<() => void>();
    const upload = watchAt(100).watch(slow);
    // All at once, then nothing: the window begins again each 30 seconds.
    for (let round = 0; round < 10; round += 1) {
      upload.add(3_000);
      pass(30);
    }
    expect(slow).not.toHaveBeenCalled();
    pass(30, () => upload.add(99));
    expect(slow).toHaveBeenCalledOnce();
  });

  it('that ended is no longer checked, and its place is reused', () => {
    const [first, second, third] = [vi.fn<() => void>(), vi.fn<() => void>(), vi.fn<() => void>()];
    const { watch } = watchAt(100);
    const upload = watch(first);
    watch(second);
    upload.end();
    upload.end();
    watch(third);
    pass(31);
    expect(first).not.toHaveBeenCalled();
    expect(second).toHaveBeenCalledOnce();
    expect(third).toHaveBeenCalledOnce();
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is not watched where no rate is set', () => {
    const slow = vi.fn<() => void>();
    watchAt(0).watch(slow);
    pass(100);
    expect(slow).not.toHaveBeenCalled();
  });

  it.each([1, 1_000])('shares one timer with %d others', (count) => {
    const { watch } = watchAt(100);
    for (let n = 0; n <= count; n += 1) watch(() => {});
    expect(vi.getTimerCount()).toBe(1);
  });

  it('that takes longer in all than it may is ended, however fast it is', () => {
    const errors: GatewayError[] = [];
    const upload = watchAt(0, 100_000).watch((error) => errors.push(error));
    pass(99, () => upload.add(1_000_000));
    expect(errors).toEqual([]);
    pass(10);
    expect(errors).toMatchObject([{ kind: 'request-timeout', status: 408 }]);
    expect(errors[0]?.message).toContain('server.requestTimeoutMs');
  });
});
