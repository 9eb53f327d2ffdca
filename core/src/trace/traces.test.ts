import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { statsQuerySchema } from './query.ts';
import type { TraceRecord } from './record.ts';
import { openSqliteStore } from './sqlite/sqlite-store.ts';
import type { Retention } from './store.ts';
import { createTraces, type Traces } from './traces.ts';

let folder: string;
let traces: Traces;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-kept-'));
});
afterEach(async () => {
  await traces.close();
  await rm(folder, { recursive: true, force: true });
});

function trace(n: number): TraceRecord {
  return {
    ...{ id: `req_${n}`, startedAt: Date.now(), ms: 1, method: 'POST', path: '/', protocol: 'p', ip: '' },
    ...{ userAgent: 'x'.repeat(250), status: 200, outcome: 'ok', attempts: [], dropped: [] },
  };
}

async function fill(count: number): Promise<void> {
  const store = await openSqliteStore(folder);
  await store.put(Array.from({ length: count }, (_, n) => ({ trace: trace(n) })));
  await store.close();
}

function open(bounds: Partial<Retention>): void {
  traces = createTraces({
    folder,
    retention: { maxAgeMs: 1e9, maxCount: 1e6, maxBytes: 1e9, ...bounds },
    ...{ rules: { paths: [], patterns: [], keepMedia: false }, readers: [] },
    log: { error: () => {}, info: () => {} },
  });
}

async function count(): Promise<number> {
  const [all] = await traces.ask('stats', statsQuerySchema.parse({}));
  return all?.requests ?? 0;
}

/** Asks until there are so many; each question comes between two steps of the store. */
async function untilThereAre(wanted: number): Promise<void> {
  while ((await count()) !== wanted);
}

describe('traces beyond the bounds', () => {
  it('go until no more are beyond, however many there are', async () => {
    await fill(9_000);
    open({ maxCount: 100 });
    await untilThereAre(100);
    traces.record(trace(9_000));
    expect(await count()).toBe(101);
  });

  it('go until the database is small enough, and not all of them', async () => {
    await fill(9_000);
    open({ maxBytes: 2_000_000 });
    // It has taken its first step by then.
    await count();
    let left = Infinity;
    for (let now = await count(); now !== left; now = await count()) left = now;
    expect(left).toBeLessThan(7_000);
    expect(left).toBeGreaterThan(1_000);
  });
});
