import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Pulse } from './pulse.ts';
import { Watchdog } from './watchdog.ts';

let isWaiting: boolean;
let silences: number[];
let pulse: Pulse;
let watchdog: Watchdog;
beforeEach(() => {
  vi.useFakeTimers();
  isWaiting = true;
  silences = [];
  pulse = new Pulse();
  pulse.beat(5_000);
  watchdog = new Watchdog({
    pulse,
    stepMs: 1_000,
    isWaiting: () => isWaiting,
    onSilence: (ms) => silences.push(ms),
  });
});
afterEach(() => {
  vi.useRealTimers();
});

describe('a watchdog', () => {
  it('tells of silence once, when something is waited for', () => {
    watchdog.watch();
    vi.advanceTimersByTime(4_999);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(20_000);
    expect(silences).toEqual([5_000]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is quiet as long as there are signs', () => {
    watchdog.watch();
    for (let at = 0; at < 20; at += 1) {
      vi.advanceTimersByTime(3_000);
      pulse.beat(5_000);
    }
    expect(silences).toEqual([]);
  });

  it('waits for as long as the other side says that it is busy, and no longer than that', () => {
    watchdog.watch();
    new Pulse(pulse.memory).beat(60_000);
    vi.advanceTimersByTime(60_000);
    expect(silences).toEqual([]);
    vi.advanceTimersByTime(1_000);
    expect(silences).toEqual([60_000]);
  });

  it('takes no time when nothing is waited for', () => {
    expect(vi.getTimerCount()).toBe(0);
    watchdog.watch();
    isWaiting = false;
    vi.advanceTimersByTime(60_000);
    expect(silences).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    isWaiting = true;
    watchdog.watch();
    vi.advanceTimersByTime(5_000);
    expect(silences).toEqual([5_000]);
  });

  it('says nothing any more when it was stopped', () => {
    watchdog.watch();
    watchdog.stop();
    vi.advanceTimersByTime(60_000);
    expect(silences).toEqual([]);
  });
});
