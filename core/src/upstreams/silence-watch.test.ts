import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { SilenceWatch } from './silence-watch.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create() {
  const errors: string[] = [];
  const watch = new SilenceWatch({
    timeouts: { headersMs: 1_000, idleMs: 200 },
    name: 'up',
    onSilence: ({ message }) => errors.push(message),
  });
  return { watch, errors };
}

const pass = (ms: number): unknown => vi.advanceTimersByTime(ms);

it('gives up on an upstream that does not begin to answer', () => {
  const { watch, errors } = create();
  watch.wait();
  pass(999);
  expect(errors).toEqual([]);
  pass(2);
  expect(errors).toEqual(['up did not respond within 1000 ms.']);
});

it('gives up on one that falls silent, soon after its time', () => {
  const { watch, errors } = create();
  watch.wait();
  watch.answered();
  for (let at = 0; at < 20; at += 1) {
    pass(150);
    watch.heard();
  }
  expect(errors).toEqual([]);
  pass(199);
  expect(errors).toEqual([]);
  pass(52);
  expect(errors).toEqual(['up sent nothing for 200 ms during its reply.']);
});

it('waits as long as somebody does, and begins anew with each wait', () => {
  const { watch, errors } = create();
  watch.wait();
  watch.answered();
  watch.rest();
  pass(10_000);
  watch.wait();
  pass(190);
  expect(errors).toEqual([]);
  watch.stop();
  pass(10_000);
  expect(errors).toEqual([]);
  expect(vi.getTimerCount()).toBe(0);
});
