import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import { BodyRecording, Capture, CaptureBudget } from '../../capture.ts';
import { pack } from '../../packed.ts';
import { statsQuerySchema, traceQuerySchema } from '../../query.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { TraceEntry, TraceStore } from '../../store.ts';
import { nodeSqliteDialect, openDatabase } from './dialect.ts';
import { migrations } from './migrations.ts';
import { DATABASE_NAME, openSqliteStore } from './sqlite-store.ts';
import type { OwnerTable, Tables } from './tables.ts';

const T0 = Date.parse('2026-11-21T12:00:00Z');
const BOUNDS = { maxAgeMs: 1e9, maxCount: 1e6, maxBytes: 1e10 };

let folder: string;
let store: TraceStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-prune-'));
  store = await openSqliteStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

let next = 0;
beforeEach(() => (next = 0));

function traces(count: number, own: Partial<TraceRecord>): readonly TraceEntry[] {
  return Array.from({ length: count }, () => {
    next += 1;
    return { trace: traceRecord({ id: `req_${next}`, startedAt: T0 + next, ...own }) };
  });
}

const refusal = { outcome: 'refused', refused: 'unknown-key', errorKind: 'auth', status: 401 } as const;

function withBody(entry: TraceEntry, bytes: number): TraceEntry {
  const capture = new Capture(
    { wire: 'w', query: '', headers: {}, params: {} },
    { limit: 1e6, budget: new CaptureBudget(1e6) },
  );
  expect(capture.reply).toBeInstanceOf(BodyRecording);
  capture.request.body = Buffer.alloc(bytes, 'x');
  return { trace: { ...entry.trace, bodies: 'kept' }, capture: pack(capture, 0) };
}

async function prune(bounds: Partial<typeof BOUNDS>): Promise<void> {
  while ((await store.prune({ ...BOUNDS, ...bounds }, T0)) > 0);
}

async function kept(filter: object): Promise<readonly string[]> {
  const page = await store.list(traceQuerySchema.parse({ limit: 500, order: 'asc', ...filter }));
  return page.traces.map(({ id }) => id);
}

function owners(): Readonly<Record<string, Omit<OwnerTable, 'owner'>>> {
  const database = openDatabase(join(folder, DATABASE_NAME));
  const rows = database.prepare('select * from trace_owners').all() as unknown as readonly OwnerTable[];
  database.close();
  return Object.fromEntries(rows.map(({ owner, ...rest }) => [owner, rest]));
}

describe('traces beyond the bounds', () => {
  it('go from the key that has most, the oldest first, and never from one that has less', async () => {
    await store.put([...traces(3, { keyId: 'quiet' }), ...traces(300, { keyId: 'loud' })]);
    await prune({ maxCount: 10 });
    expect(await kept({ key: 'quiet' })).toEqual(['req_1', 'req_2', 'req_3']);
    expect(await kept({ key: 'loud' })).toEqual([297, 298, 299, 300, 301, 302, 303].map((n) => `req_${n}`));
  });

  it('stay so while one key goes on and on', async () => {
    await store.put(traces(5, { keyId: 'quiet' }));
    for (let round = 0; round < 5; round += 1) {
      await store.put(traces(40, { keyId: 'loud' }));
      await store.put(traces(20, { keyId: 'other' }));
      await prune({ maxCount: 25 });
    }
    expect(await kept({ key: 'quiet' })).toHaveLength(5);
    expect(await kept({ key: 'loud' })).toHaveLength(10);
    expect(await kept({ key: 'other' })).toHaveLength(10);
    // What comes late, with an early time, goes as well.
    await store.put([{ trace: traceRecord({ id: 'late', keyId: 'loud', startedAt: T0 - 1 }) }]);
    await prune({ maxCount: 24 });
    expect(await kept({ key: 'loud' })).not.toContain('late');
  });

  it('are those that were refused at the door before any other', async () => {
    await store.put([...traces(20, { keyId: 'k' }), ...traces(10, refusal), ...traces(5, {})]);
    await prune({ maxCount: 30 });
    expect(await kept({ outcome: 'refused' })).toHaveLength(5);
    await prune({ maxCount: 22 });
    expect(await kept({ outcome: 'refused' })).toEqual([]);
    expect(await kept({ key: 'k' })).toHaveLength(17);
  });

  it('of refused requests are bounded, however much room there is', async () => {
    await store.put(traces(10_020, refusal));
    await store.put(traces(1, { keyId: 'k' }));
    await prune({});
    await store.commit();
    expect(owners()).toMatchObject({ refused: { count: 10_000 }, k: { count: 1 } });
  });

  it('by their bytes go from the key that has most bytes', async () => {
    const large = traces(8, { keyId: 'large' }).map((entry) => withBody(entry, 50_000));
    await store.put([...traces(40, { keyId: 'many' }), ...large]);
    await store.prune({ ...BOUNDS, maxBytes: 1 }, T0);
    await store.commit();
    expect(await kept({ key: 'many' })).toHaveLength(40);
    expect((await kept({ key: 'large' })).length).toBeLessThan(8);
  });
});

describe('what is counted of owners', () => {
  it('is what is there, whatever is written, replaced and removed', async () => {
    await store.put([
      ...traces(4, { keyId: 'a' }).map((entry) => withBody(entry, 1_000)),
      ...traces(2, {}),
      ...traces(3, refusal),
      { trace: traceRecord({ id: 'long', keyId: 'a', startedAt: T0, outcome: 'running' }) },
    ]);
    await store.put([{ trace: traceRecord({ id: 'long', keyId: 'a', startedAt: T0 }) }]);
    await store.remove({ id: 'req_1' });
    const bytes = owners()['a']?.bytes ?? 0;
    expect(owners()).toEqual({
      a: { count: 4, bytes },
      '': { count: 2, bytes: 0 },
      refused: { count: 3, bytes: 0 },
    });
    expect(bytes).toBeGreaterThan(3 * 1_000);
    expect(bytes).toBeLessThan(4 * 1_000);
    await store.remove({});
    await prune({});
    expect(owners()).toEqual({});
  });

  it('is counted once for a database of an earlier version, and what strangers left there is theirs', async () => {
    const old = await mkdtemp(join(tmpdir(), 'dragoman-prune-'));
    const database = openDatabase(join(old, DATABASE_NAME));
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
    await new Migrator({ db, provider: migrations }).migrateTo('0005-client-ids');
    const columns =
      'id, started_at, ms, method, path, protocol, ip, user_agent, status, outcome, attempt_count, attempts, dropped';
    const row = `5, 1, 'POST', '/', 'p', '', '', 200`;
    database.exec(
      `insert into traces (${columns}, error_kind, key_id) values
        ('mine', ${row}, 'ok', 0, '[]', '[]', null, 'k'),
        ('stranger', ${row}, 'error', 0, '[]', '[]', 'auth', null),
        ('open', ${row}, 'ok', 0, '[]', '[]', null, null)`,
    );
    await db.destroy();
    await store.close();
    await rm(folder, { recursive: true, force: true });
    folder = old;
    store = await openSqliteStore(old);
    expect(owners()).toEqual({
      k: { count: 1, bytes: 0 },
      '': { count: 1, bytes: 0 },
      refused: { count: 1, bytes: 0 },
    });
    expect(await kept({ outcome: 'refused' })).toEqual(['stranger']);
  });
});

describe('statistics', () => {
  it('leave out what was refused at the door, unless they are asked for it', async () => {
    await store.put([
      ...traces(2, { keyId: 'k', ms: 100 }),
      ...traces(50, { ...refusal, ms: 1 }),
      ...traces(1, { outcome: 'error', ms: 100 }),
    ]);
    const stats = (query: object) => store.stats(statsQuerySchema.parse(query));
    expect(await stats({})).toMatchObject([{ requests: 3, errors: 1, p50Ms: 100 }]);
    expect(await stats({ outcome: 'refused' })).toMatchObject([{ requests: 50, p50Ms: 1 }]);
  });
});
