import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import type { TraceRecord } from '@dragoman/plugin';
import { tailOf } from './tail.ts';

const stopping = new AbortController().signal;
const trace = (n: number): TraceRecord => traceRecord({ id: `req_${n}`, userAgent: 'x'.repeat(1_000) });

it('keeps no more for a reader who does not read than it may, and says how many it left out', async () => {
  let tell = (_: TraceRecord): void => {};
  let isFollowed = true;
  const follow = (listener: typeof tell) => {
    tell = listener;
    return () => void (isFollowed = false);
  };
  const events = tailOf({ follow }, { isAllowed: () => true, stopping });
  for (let n = 0; n < 10_000; n += 1) tell(trace(n));
  // What waits is read, so that there is room again.
  const told = text(events);
  await new Promise(setImmediate);
  tell(trace(10_000));
  (events as unknown as { end(): void }).end();
  const seen = await told;
  const ids = [...seen.matchAll(/^event: trace\ndata: \{"id":"req_(\d+)"/gm)].map(([, id]) => Number(id));
  const [, missed = ''] = /^event: missed\ndata: \{"missed":(\d+)\}$/m.exec(seen) ?? [];
  expect(seen.length).toBeLessThan(1.2 * 1024 * 1024);
  expect(ids.slice(0, 3)).toEqual([0, 1, 2]);
  expect(ids.at(-1)).toBe(10_000);
  expect(ids.length + Number(missed)).toBe(10_001);
  expect(isFollowed).toBe(false);
});

it('ends as soon as the reader is no longer allowed to read', async () => {
  let tell = (_: TraceRecord): void => {};
  let isAllowed = true;
  const follow = (listener: typeof tell) => {
    tell = listener;
    return () => {};
  };
  const told = text(tailOf({ follow }, { isAllowed: () => isAllowed, stopping }));
  tell(trace(1));
  isAllowed = false;
  tell(trace(2));
  expect([...(await told).matchAll(/"id":"(req_\d)"/g)].map(([, id]) => id)).toEqual(['req_1']);
});

it('ends for its reader, and for nobody else, when a trace cannot be told', async () => {
  let tell = (_: TraceRecord): void => {};
  let isFollowed = true;
  const events = tailOf(
    {
      follow(listener) {
        tell = listener;
        return () => (isFollowed = false);
      },
    },
    { isAllowed: () => true, stopping },
  );
  const told = text(events);
  const broken = {
    ...trace(2),
    get model(): string {
      throw new Error('no model');
    },
  };
  tell(trace(1));
  expect(() => tell(broken)).not.toThrow();
  expect(isFollowed).toBe(false);
  expect(await told).toContain('"id":"req_1"');
});

it('ends when the gateway begins to stop', async () => {
  let isFollowed = true;
  const follow = () => () => void (isFollowed = false);
  const stop = new AbortController();
  const told = text(tailOf({ follow }, { isAllowed: () => true, stopping: stop.signal }));
  stop.abort();
  expect(await told).toBe(': following\n\n');
  expect(isFollowed).toBe(false);
});
