import { describe, expect, it } from 'vitest';
import type { RateLimitHeaders } from '@dragoman/plugin';
import { exhaustedFor } from './rate-limit-headers.ts';

const LIMITS: readonly RateLimitHeaders[] = [
  { remaining: 'left-requests', reset: 'requests-in', form: 'duration' },
  { remaining: 'left-tokens', reset: 'tokens-at', form: 'date' },
];

describe('what an upstream has left', () => {
  it.each([
    [{}, undefined],
    [{ 'left-requests': '1', 'requests-in': '6m0s' }, undefined],
    [{ 'left-requests': '0', 'requests-in': '12s' }, 12_000],
    [{ 'left-requests': '0', 'requests-in': 'soon' }, 1_000],
    [{ 'left-requests': '0' }, 1_000],
    [
      { 'left-tokens': '0', 'tokens-at': '2026-01-01T00:00:30Z', date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      30_000,
    ],
    [
      { 'left-tokens': '0', 'tokens-at': '2025-01-01T00:00:00Z', date: 'Thu, 01 Jan 2026 00:00:00 GMT' },
      1_000,
    ],
    [{ 'left-tokens': '0', 'tokens-at': '2026-01-01T00:00:30Z' }, 1_000],
    [{ 'left-requests': '0', 'requests-in': '2s', 'left-tokens': '0' }, 2_000],
  ] as const)('is read out of %j', (headers, ms) => {
    expect(exhaustedFor(headers, LIMITS)).toBe(ms);
  });

  it('is not known where the provider names no headers', () => {
    expect(exhaustedFor({ 'left-requests': '0' })).toBeUndefined();
  });
});
