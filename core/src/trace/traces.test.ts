import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { mkdtemp, open as openFile, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import { statsQuerySchema } from './query.ts';
import type { TraceRecord } from '@dragoman/plugin';
import { listBroken, setBrokenAside } from './worker/set-aside.ts';
import { openSqliteStore } from './worker/sqlite/sqlite-store.ts';
import type { Retention } from './store.ts';
import { Capture, CaptureBudget } from './capture.ts';
import { pack, type PackedCapture } from './packed.ts';
import { createTraces, type ThreadLimits, type Traces } from './traces.ts';

let folder: string;
let traces: Traces;
const logged: object[] = [];
beforeEach(async () => {
  logged.length = 0;
  folder = await mkdtemp(join(tmpdir(), 'dragoman-kept-'));
});
afterEach(async () => {
  await traces.close();
  await rm(folder, { recursive: true, force: true });
});

function trace(n: number): TraceRecord {
  return traceRecord({ id: `req_${n}`, startedAt: Date.now(), userAgent: 'x'.repeat(250) });
}

async function fill(count: number): Promise<void> {
  const store = await openSqliteStore(folder);
  await store.put(Array.from({ length: count }, (_, n) => ({ trace: trace(n) })));
  await store.close();
}

function open(
  bounds: Partial<Retention>,
  readers: readonly string[] = [],
  limits: Partial<ThreadLimits> = {},
): void {
  traces = createTraces({
    limits,
    folder,
    readers: readers.map((url) => ({ plugin: 'quill', url })),
    retention: { maxAgeMs: 1e9, maxCount: 1e6, maxBytes: 1e9, ...bounds },
    rules: { paths: [], patterns: [], keepMedia: false },
    log: { error: (fields) => void logged.push(fields), info: () => {} },
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

describe('the thread of the store', () => {
  it('takes no more memory for new objects than it needs', async () => {
    const started = once(process, 'worker') as unknown as Promise<readonly [Worker]>;
    open({});
    const [{ resourceLimits }] = await started;
    expect(resourceLimits?.maxYoungGenerationSizeMb).toBe(48);
  });
});

describe('a trace that cannot be kept', () => {
  it('does not take others along', async () => {
    open({});
    traces.record(trace(1));
    traces.record({ ...trace(2), dropped: [{ field: Symbol('odd'), why: () => 'odd' }] as never });
    traces.record(trace(3));
    expect(await count()).toBe(2);
    expect(traces.status()).toMatchObject({ lost: 1 });
  });
});

describe('traces beyond the bounds', { timeout: 30_000 }, () => {
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

/** A module that reads the wire `w` by a function of the test. */
function readerOf(decodeRequest: string): string {
  return `data:text/javascript,export const wireReaders = { w: { decodeRequest() { ${decodeRequest} } } };`;
}

function capture(): PackedCapture {
  const request = { wire: 'w', query: '', headers: {}, params: {}, body: Buffer.from('{}') };
  const taken = new Capture(request, { limit: 100, budget: new CaptureBudget(100) });
  taken.reply.push('{}');
  return pack(taken, 0);
}

describe('a plugin that cannot read its own wire', { timeout: 30_000 }, () => {
  it('costs what it would have told, and no trace', async () => {
    open({}, [readerOf('return {};')]);
    traces.record(trace(1), capture());
    traces.record(trace(2));
    expect(await count()).toBe(2);
    expect(await traces.ask('detail', 'req_1')).toMatchObject({
      request: { body: { text: '{}' } },
      problem: expect.stringContaining('undefined') as string,
    });
    expect(traces.status()).toMatchObject({ lost: 0 });
  });

  it('is blamed where it cannot be loaded, and its traces are kept', async () => {
    open({}, ['data:text/javascript,throw new Error("no ink");']);
    traces.record(trace(1), capture());
    expect(await count()).toBe(1);
    expect(logged).toEqual([{ plugin: 'quill' }]);
  });

  it('may end the thread: what it had is counted as lost, and another one goes on', async () => {
    open({}, [readerOf('process.exit(1);')]);
    traces.record(trace(1), capture());
    await expect(count()).rejects.toThrow('thread');
    expect(traces.status()).toEqual({ reason: 'The trace thread ended.', lost: 1, shed: 0, waiting: 0 });
    traces.record(trace(2));
    await expect.poll(() => traces.status().reason).toBeUndefined();
    traces.record(trace(3));
    expect(await count()).toBe(2);
  });
});

describe('a thread that is stuck', () => {
  const STUCK = 'setImmediate(() => { for (;;); }); return {};';
  const quick = { patienceMs: 2_000, queryMs: 2_000 };

  it('is replaced: what it had is lost and counted, and the trace is not tried again', async () => {
    open({}, [readerOf(STUCK)], quick);
    traces.record(trace(1));
    await expect.poll(() => traces.status().waiting).toBe(0);
    traces.record(trace(2), capture());
    await expect.poll(() => traces.status().reason).toMatch(/did not respond for [\d.]+ seconds/);
    expect(traces.status()).toMatchObject({ lost: 1 });
    await expect.poll(() => traces.status().reason).toBeUndefined();
    traces.record(trace(3));
    await expect.poll(count).toBeGreaterThanOrEqual(2);
    expect(traces.status().lost).toBe(1);
  }, 90_000);

  it('delays neither queries nor the shutdown for good', async () => {
    const marker = join(folder, 'stuck');
    const getStuck = `setImmediate(() => {
      process.getBuiltinModule('node:fs').writeFileSync(${JSON.stringify(marker)}, '');
      for (;;);
    }); return {};`;
    open({}, [readerOf(getStuck)], { askMs: 300, closeMs: 300 });
    traces.record(trace(1), capture());
    await expect.poll(() => existsSync(marker)).toBe(true);
    const asked = Array.from({ length: 3 }, () => traces.ask('get', 'req_1'));
    for (const failure of await Promise.allSettled(asked)) {
      expect(failure).toMatchObject({
        status: 'rejected',
        reason: { message: expect.stringContaining('did not respond within 0.3 seconds') as string },
      });
    }
    await traces.close();
  }, 60_000);
});

describe('a database that is broken', { timeout: 30_000 }, () => {
  const database = (): string => join(folder, 'traces.db');
  const names = async (): Promise<readonly string[]> => (await readdir(folder)).toSorted();

  it.each([
    ['is none', () => writeFile(database(), 'This is no database. '.repeat(500))],
    [
      'has lost pages',
      async () => {
        await fill(3_000);
        const file = await openFile(database(), 'r+');
        await file.write(Buffer.alloc(200_000), 0, 200_000, 8_192);
        await file.close();
      },
    ],
  ])('is set aside where it %s, and a new one begun', async (_, breakIt) => {
    await breakIt();
    const before = await readFile(database());
    open({});
    traces.record(trace(1));
    await expect.poll(() => count().catch(() => 0)).toBe(1);
    const { setAside = '', ...status } = traces.status();
    expect(setAside).toMatch(/^traces\.db\.broken-\d{4}-/);
    expect(status).not.toHaveProperty('reason');
    expect(logged).toMatchObject([{ file: join(folder, setAside) }]);
    await traces.close();
    expect(await names()).toEqual(expect.arrayContaining(['traces.db', setAside]));
    expect((await readFile(join(folder, setAside))).length).toBe(before.length);
    open({});
    expect(await count()).toBe(1);
    expect(traces.status()).not.toHaveProperty('setAside');
  });

  it('is left alone where a newer version wrote it, which is said each time', async () => {
    await fill(1);
    const db = new DatabaseSync(database());
    db.exec("insert into kysely_migration values ('9999-later', '2030')");
    db.close();
    open({});
    for (let round = 0; round < 2; round += 1)
      await expect(count()).rejects.toThrow('traces.db was written by a newer version.');
    expect(traces.status().reason).toContain('traces.db was written by a newer version.');
    expect(await names()).not.toContainEqual(expect.stringContaining('broken'));
  });

  it('does not fill the disk, however often that happens', () => {
    for (let at = 0; at < 5; at += 1) {
      writeFileSync(database(), '');
      setBrokenAside(folder, at * 1_000);
    }
    expect(listBroken(folder)).toEqual(
      [2, 3, 4].map((at) => `traces.db.broken-1970-01-01T00-00-0${at}.000Z`),
    );
    open({});
  });
});
