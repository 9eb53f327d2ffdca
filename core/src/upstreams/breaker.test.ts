import { describe, expect, it } from 'vitest';
import { routing } from '../../../tests/support/candidates.ts';
import { type ErrorDetails, type ErrorKind, GatewayError } from '@dragoman/plugin';
import { Breaker } from './breaker.ts';
import { ruleOf } from './failure-rules.ts';

const failure = (kind: ErrorKind, details?: ErrorDetails) => new GatewayError(kind, 'No.', details);

function fail(
  breaker: Breaker,
  now: number,
  kind: ErrorKind = 'upstream-broken',
  details?: ErrorDetails,
): void {
  breaker.begin();
  breaker.failed(failure(kind, details), ruleOf(kind), now);
}

/** With five failures in 30 s it opens for 15 s. */
function opened(): Breaker {
  const breaker = new Breaker(routing.breaker);
  for (let at = 0; at < 5; at += 1) fail(breaker, at);
  return breaker;
}

describe('a breaker', () => {
  it('opens after so many failures within the window, and not before', () => {
    const breaker = new Breaker(routing.breaker);
    for (let at = 0; at < 4; at += 1) fail(breaker, at);
    expect(breaker.isUsable(4)).toBe(true);
    fail(breaker, 4);
    expect(breaker.state(4)).toBe('open');
    expect(breaker.block).toEqual({ reason: 'upstream-broken', until: 15_004 });
  });

  it('forgets failures that are long ago, and all of them after a success', () => {
    const breaker = new Breaker(routing.breaker);
    for (let at = 0; at < 9; at += 1) fail(breaker, at * 10_000);
    expect(breaker.state(80_000)).toBe('closed');
    const other = new Breaker(routing.breaker);
    for (let at = 0; at < 20; at += 1) {
      fail(other, at);
      if (at % 4 === 3) other.succeeded();
    }
    expect(other.state(20)).toBe('closed');
  });

  it('lets one attempt through when its time is over, whose outcome decides', () => {
    const breaker = opened();
    expect(breaker.isUsable(15_003)).toBe(false);
    expect(breaker.state(15_004)).toBe('half-open');
    expect(breaker.isUsable(15_004)).toBe(true);
    breaker.begin();
    expect(breaker.isUsable(15_005)).toBe(false);
    breaker.succeeded();
    expect(breaker.state(15_006)).toBe('closed');
    expect(breaker.isUsable(15_006)).toBe(true);
  });

  it('stays open for twice as long each time that the attempt fails, up to a limit', () => {
    const breaker = opened();
    const lengths: number[] = [];
    for (let now = 15_004; lengths.length < 7; now = breaker.block?.until ?? 0) {
      fail(breaker, now);
      lengths.push((breaker.block?.until ?? 0) - now);
    }
    expect(lengths).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000, 300_000]);
  });

  it('lets another attempt through when one came to nothing', () => {
    const breaker = opened();
    breaker.begin();
    breaker.abandoned();
    expect(breaker.isUsable(15_004)).toBe(true);
  });

  it('believes an upstream that says how long, but no longer than a day', () => {
    const breaker = new Breaker(routing.breaker);
    fail(breaker, 0, 'rate-limit', { retryAfterMs: 7_000 });
    expect(breaker.block).toEqual({ reason: 'rate-limit', until: 7_000 });
    fail(breaker, 7_000, 'rate-limit', { retryAfterMs: 10 ** 12 });
    expect(breaker.block?.until).toBe(7_000 + 86_400_000);
  });

  it('never becomes shorter by what an older attempt learns late', () => {
    const breaker = new Breaker(routing.breaker);
    fail(breaker, 0, 'rate-limit', { retryAfterMs: 60_000 });
    breaker.failed(failure('rate-limit', { retryAfterMs: 1_000 }), ruleOf('rate-limit'), 5);
    expect(breaker.block?.until).toBe(60_000);
  });

  it.each([
    ['upstream-auth', 60_000],
    ['billing', 300_000],
    ['upstream-model', 60_000],
    ['rate-limit', 1_000],
  ] as const)('opens at once for %s', (kind, ms) => {
    const breaker = new Breaker(routing.breaker);
    fail(breaker, 0, kind);
    expect(breaker.block).toEqual({ reason: kind, until: ms });
  });

  it.each(['invalid', 'context-window', 'content-policy', 'cancelled', 'conflict'] as const)(
    'does not blame the upstream for %s',
    (kind) => {
      const breaker = new Breaker(routing.breaker);
      for (let at = 0; at < 20; at += 1) fail(breaker, at, kind);
      expect(breaker.state(20)).toBe('closed');
    },
  );
});
