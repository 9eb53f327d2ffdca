import { describe, expect, it } from 'vitest';
import { durationMs, retryAfterMs } from './retry-after.ts';

describe('how long an upstream asks to wait', () => {
  const date = 'Sat, 21 Nov 2026 12:00:00 GMT';
  it.each([
    [{ 'retry-after': '7' }, 7_000],
    [{ 'retry-after': '0.5' }, 500],
    [{ 'retry-after': '0' }, 0],
    [{ 'retry-after-ms': '120', 'retry-after': '1' }, 120],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT', date }, 30_000],
    [{ 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT', date }, undefined],
    [{ 'retry-after': 'Sat, 21 Nov 2026 12:00:30 GMT' }, undefined],
    [{ 'retry-after': '' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': 'Infinity' }, undefined],
    [{ 'retry-after-ms': '1e999', 'retry-after': '1' }, 1_000],
    [{ 'retry-after': '-3' }, undefined],
    [{}, undefined],
  ])('is read from %j', (headers, ms) => {
    expect(retryAfterMs(headers)).toBe(ms);
  });

  it.each([
    ['13s', 13_000],
    ['0.5s', 500],
    ['120ms', 120],
    ['6m0s', 360_000],
    ['1h2m3.5s', 3_723_500],
    ['', undefined],
    ['5', undefined],
    ['5s later', undefined],
    [undefined, undefined],
  ])('is a duration of %j', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});
