import type { Context } from 'koa';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLiveRequests } from './live-requests.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval', 'performance'] }));
afterEach(() => void vi.useRealTimers());

const request = (): Context =>
  ({ state: { isTraced: true, record: { arrivedAt: performance.now() } } }) as unknown as Context;

describe('requests that run', () => {
  it('are told so early that the store has them within a second, once', () => {
    const told: Context[] = [];
    const live = createLiveRequests(
      (ctx) => told.push(ctx),
      () => {},
    );
    const one = request();
    live.add(one);
    vi.advanceTimersByTime(200);
    const other = request();
    live.add(other);
    expect(told).toEqual([]);
    // The rest is for the way to the thread (50 ms) and the commit (500 ms).
    vi.advanceTimersByTime(200);
    expect(told).toEqual([one]);
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual([one, other]);
    live.remove(one);
    live.remove(other);
    expect(vi.getTimerCount()).toBe(0);
  });
});
