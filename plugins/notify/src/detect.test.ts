import type { AttemptRecord, TraceRecord } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import { Detector } from './detect.ts';
import { maskSecrets } from './mask.ts';

const RULES = { downAfter: 3, errorRate: { share: 0.5, windowMs: 1_000, leastRequests: 4 } };

function attempt(kind?: string): AttemptRecord {
  return {
    ...{ upstream: 'one', model: 'm', name: 'm', reason: 'first', queuedMs: 0, startMs: 0, endMs: 1 },
    ...(kind !== undefined && { error: { kind: kind as 'timeout', message: 'No.' } }),
  };
}

function trace(attempts: readonly AttemptRecord[], own: Partial<TraceRecord> = {}): TraceRecord {
  return traceRecord({ id: 'r', startedAt: 0, ...own, attempts });
}

describe('an upstream', () => {
  it('is down after failures in a row, once, and back with the first answer', () => {
    const detector = new Detector(RULES);
    const kinds = ['timeout', 'upstream-broken', 'overloaded', 'timeout', undefined, undefined].map((kind) =>
      detector.push(trace([attempt(kind)]), 0).map((event) => event.kind),
    );
    expect(kinds).toEqual([[], [], ['upstream-down'], [], ['upstream-recovered'], []]);
  });

  it('is not down by what it was asked, nor by clients that leave', () => {
    const detector = new Detector(RULES);
    for (const kind of ['invalid', 'cancelled', 'rate-limit', 'content-policy', 'invalid', 'invalid'])
      expect(detector.push(trace([attempt(kind)]), 0)).toEqual([]);
  });

  it('begins to count anew after an answer', () => {
    const detector = new Detector(RULES);
    for (const kind of ['timeout', 'timeout', undefined, 'timeout', 'timeout'])
      expect(detector.push(trace([attempt(kind)]), 0)).toEqual([]);
  });
});

describe('the error rate', () => {
  const failed = trace([], { outcome: 'error' });

  it('is told when it gets high, and again only after it was low', () => {
    const detector = new Detector(RULES);
    const kinds = [failed, failed, trace([]), failed, failed].map((one) => detector.push(one, 0).length);
    expect(kinds).toEqual([0, 0, 0, 1, 0]);
    for (let at = 0; at < 10; at++) expect(detector.push(trace([]), 100)).toEqual([]);
    // The window has passed: what was before does not count.
    const later = [failed, failed, failed, failed].map((one) => detector.push(one, 5_000).length);
    expect(later).toEqual([0, 0, 0, 1]);
  });
});

describe('a budget', () => {
  it('is told of by the request that it refuses', () => {
    const refused = trace([], {
      outcome: 'error',
      errorCode: 'budget_exceeded',
      keyName: 'agent',
      model: 'm',
    });
    expect(new Detector(RULES).push(refused, 0)).toMatchObject([
      { kind: 'budget-reached', subject: 'agent' },
    ]);
  });
});

describe('a message', () => {
  it.each([
    'sk-abcdefghijk',
    'sk-proj-abc_def-123456',
    'Bearer abc.def',
    'AIzaSyA1234567890abcdef',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc-def',
  ])('masks %s', (secret) => {
    expect(maskSecrets(`Wrong key ${secret}, sorry.`)).toMatch(/^Wrong key \[masked\],? ?sorry\.$/);
  });
});
