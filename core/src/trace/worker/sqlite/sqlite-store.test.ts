import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import { statsQuerySchema, traceFilterSchema, traceQuerySchema } from '../../query.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { TraceStore } from '../../store.ts';
import { nodeSqliteDialect, openDatabase } from './dialect.ts';
import { migrations } from './migrations.ts';
import { DATABASE_NAME, openSqliteStore } from './sqlite-store.ts';
import type { Tables } from './tables.ts';

const T0 = Date.parse('2026-11-21T12:00:00Z');

let folder: string;
let store: TraceStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-traces-'));
  store = await openSqliteStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function trace(n: number, own: Partial<TraceRecord> = {}): TraceRecord {
  return traceRecord({
    ...{ id: `req_${n}`, startedAt: T0 + n * 1000, ms: n, path: '/v1/chat/completions' },
    ...{ protocol: 'openai-chat', ip: '127.0.0.1', userAgent: 'test' },
    ...own,
  });
}

const put = (traces: readonly TraceRecord[]): Promise<void> =>
  store.put(traces.map((one) => ({ trace: one })));

const ids = async (query: object = {}): Promise<readonly string[]> =>
  (await store.list(traceQuerySchema.parse(query))).traces.map(({ id }) => id);

/** How large the database is. */
function pages(): number {
  const database = openDatabase(join(folder, DATABASE_NAME));
  const { page_count: count } = database.prepare('pragma page_count').get() as { page_count: number };
  database.close();
  return count;
}

describe('traces in a store', () => {
  it('come back as they were put', async () => {
    const full = trace(1, {
      ...{ keyId: 'k', keyName: 'laptop', model: 'm', thread: 't', upstream: 'u', upstreamModel: 'um' },
      ...{ errorKind: 'timeout', outcome: 'error', status: 504, ttftMs: 1.5, overheadMs: 0.25, cost: 0.01 },
      ...{ inputTokens: 5, outputTokens: 6, cachedTokens: 1, reasoningTokens: 2, isEstimated: true },
      attempts: [
        {
          ...{ upstream: 'u', model: 'um', name: 'm', reason: 'first', queuedMs: 0, startMs: 1, endMs: 9 },
          error: { kind: 'timeout', message: 'Too late.', retryAfterMs: 5 },
        },
      ],
      dropped: [{ field: 'top_k', why: 'No such parameter.' }],
    });
    await put([full, trace(2)]);
    expect(await store.get('req_1')).toEqual(full);
    expect(await store.get('req_2')).toEqual(trace(2));
    expect(await store.get('nobody')).toBeUndefined();
  });

  it('are listed the newest first, page by page, also while new ones come', async () => {
    await put(Array.from({ length: 10 }, (_, n) => trace(n)));
    const first = await store.list(traceQuerySchema.parse({ limit: 4 }));
    expect(first.traces.map(({ id }) => id)).toEqual(['req_9', 'req_8', 'req_7', 'req_6']);
    await put([trace(50)]);
    const second = await store.list(traceQuerySchema.parse({ limit: 4, cursor: first.next }));
    expect(second.traces.map(({ id }) => id)).toEqual(['req_5', 'req_4', 'req_3', 'req_2']);
    const third = await store.list(traceQuerySchema.parse({ limit: 4, cursor: second.next }));
    expect(third.traces.map(({ id }) => id)).toEqual(['req_1', 'req_0']);
    expect(third.next).toBeUndefined();
  });

  it('are sorted by what is asked for, and equal ones are all told', async () => {
    await put(Array.from({ length: 9 }, (_, n) => trace(n, { ms: n % 3, cost: n / 100 })));
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await store.list(traceQuerySchema.parse({ sort: 'ms', order: 'asc', limit: 2, cursor }));
      seen.push(...page.traces.map(({ id }) => id));
      cursor = page.next;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
    expect(await ids({ sort: 'cost', limit: 2 })).toEqual(['req_8', 'req_7']);
  });

  it.each([
    [{ model: 'gpt-5' }, ['req_1']],
    [{ model: 'gpt-*' }, ['req_2', 'req_1']],
    [{ upstream: 'up' }, ['req_3']],
    [{ key: 'laptop' }, ['req_4']],
    [{ key: 'k4' }, ['req_4']],
    [{ thread: 't' }, ['req_5']],
    [{ outcome: 'error' }, ['req_6']],
    [{ error: 'timeout' }, ['req_6']],
    [{ minMs: '7' }, ['req_8', 'req_7']],
    [{ minCost: '0.5' }, ['req_8']],
    [{ from: '2026-11-21T12:00:03Z', to: '2026-11-21T12:00:05Z' }, ['req_4', 'req_3']],
    [{ model: `x' or 1=1 --` }, []],
  ])('are found by %j', async (filter, expected) => {
    await put([
      trace(1, { model: 'gpt-5' }),
      trace(2, { model: 'gpt-4o' }),
      trace(3, { upstream: 'up' }),
      trace(4, { keyId: 'k4', keyName: 'laptop' }),
      trace(5, { thread: 't' }),
      trace(6, { outcome: 'error', errorKind: 'timeout' }),
      trace(7),
      trace(8, { cost: 0.5 }),
    ]);
    expect(await ids(filter)).toEqual(expected);
  });

  it('that were running are replaced when they end, and marked when nobody ended them', async () => {
    await put([trace(1, { outcome: 'running' }), trace(2, { outcome: 'running' })]);
    await put([trace(1, { ms: 7 })]);
    expect(await ids()).toHaveLength(2);
    await store.close();
    store = await openSqliteStore(folder);
    expect((await store.get('req_1'))?.outcome).toBe('ok');
    expect((await store.get('req_2'))?.outcome).toBe('interrupted');
  });

  it('of one id are all kept, and the newest is shown', async () => {
    await put([trace(1, { id: 'same' }), trace(2, { id: 'same' })]);
    expect((await store.get('same'))?.startedAt).toBe(T0 + 2000);
    expect(await ids()).toHaveLength(2);
  });

  it('are removed one by one, by a filter, or all', async () => {
    await put(Array.from({ length: 6 }, (_, n) => trace(n, { model: n < 3 ? 'a' : 'b' })));
    expect(await store.remove({ id: 'req_5' })).toBe(1);
    expect(await store.remove(traceFilterSchema.parse({ model: 'a' }))).toBe(3);
    expect(await store.remove({})).toBe(2);
    expect(await ids()).toEqual([]);
  });

  it('go with their age and their number, the oldest first', async () => {
    await put(Array.from({ length: 10 }, (_, n) => trace(n)));
    const bounds = { maxAgeMs: 8_000, maxCount: 5, maxBytes: 10 ** 9 };
    expect(await store.prune(bounds, T0 + 10_000)).toBe(5);
    expect(await ids()).toEqual(['req_9', 'req_8', 'req_7', 'req_6', 'req_5']);
    expect(await store.prune({ ...bounds, maxBytes: 1 }, T0 + 10_000)).toBe(1);
  });

  it('leave no room behind in the file', async () => {
    await put(Array.from({ length: 2_000 }, (_, n) => trace(n)));
    await store.commit();
    const full = pages();
    await store.remove({});
    expect(pages()).toBeGreaterThan(full / 2);
    await store.prune({ maxAgeMs: 1e9, maxCount: 5, maxBytes: 1e9 }, T0);
    expect(pages()).toBeLessThan(full / 2);
  });
});

describe('the files of a store', () => {
  it('are for nobody else', async () => {
    await put([trace(1)]);
    await store.commit();
    for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`]) {
      expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
    }
  });
});

describe('what is put', () => {
  const seenByOthers = async (): Promise<number> => {
    const database = openDatabase(join(folder, DATABASE_NAME));
    const { count } = database.prepare('select count(*) as count from traces').get() as { count: number };
    database.close();
    return count;
  };

  it('is found at once, and safe after the next commit', async () => {
    await put([trace(1)]);
    await put([trace(2)]);
    expect(await ids()).toEqual(['req_2', 'req_1']);
    expect(await seenByOthers()).toBe(0);
    await store.commit();
    expect(await seenByOthers()).toBe(2);
    await store.commit();
  });

  it('goes together when one of them cannot be kept, and what was removed before stays removed', async () => {
    await put([trace(1), trace(2)]);
    await store.remove({ id: 'req_1' });
    await put([trace(3)]);
    const broken = trace(4, { ms: {} as number });
    await expect(put([broken])).rejects.toThrow();
    expect(await ids()).toEqual(['req_2']);
    await put([trace(5)]);
    await store.commit();
    expect(await seenByOthers()).toBe(2);
  });
});

describe('statistics', () => {
  const stats = (query: object) => store.stats(statsQuerySchema.parse(query));

  it('count all together, with exact percentiles', async () => {
    await put(
      Array.from({ length: 100 }, (_, n) =>
        trace(n + 1, {
          ...{ inputTokens: 10, outputTokens: 2 },
          ...(n < 50 && { cost: 0.01, ttftMs: n + 1 }),
          ...(n % 10 === 0 && { outcome: 'error' as const }),
        }),
      ),
    );
    expect(await stats({})).toEqual([
      {
        ...{ requests: 100, errors: 10, inputTokens: 1000, outputTokens: 200, unpriced: 50 },
        cost: expect.closeTo(0.5) as number,
        ...{ p50Ms: 50, p95Ms: 95, p99Ms: 99, p50TtftMs: 25, p95TtftMs: 48 },
      },
    ]);
  });

  it('count by time and by what traces have in common', async () => {
    await put([trace(0, { model: 'a' }), trace(30, { model: 'a' }), trace(90, { model: 'b' })]);
    expect(await stats({ bucketSeconds: 60, by: 'model' })).toMatchObject([
      { at: T0, group: 'a', requests: 2 },
      { at: T0 + 60_000, group: 'b', requests: 1 },
    ]);
    expect(await stats({ by: 'model', model: 'b' })).toMatchObject([{ group: 'b', requests: 1 }]);
    expect(await stats({ model: 'nobody' })).toEqual([]);
  });
});

describe('a database of an earlier version', () => {
  it('is brought up to date, with its traces', async () => {
    const old = await mkdtemp(join(tmpdir(), 'dragoman-traces-'));
    const database = openDatabase(join(old, DATABASE_NAME));
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
    await new Migrator({ db, provider: migrations }).migrateTo('0001-traces');
    const columns =
      'id, started_at, ms, method, path, protocol, ip, user_agent, status, outcome, attempt_count, attempts, dropped';
    database.exec(
      `insert into traces (${columns}) values ('req_old', 5, 1, 'POST', '/', 'p', '', '', 200, 'ok', 0, '[]', '[]')`,
    );
    await db.destroy();

    const steps: string[] = [];
    const opened = await openSqliteStore(old, (step) => steps.push(step));
    expect(steps).toEqual(['begun', 'done']);
    expect(await opened.get('req_old')).toMatchObject({ id: 'req_old', outcome: 'ok', attempts: [] });
    await opened.put([{ trace: trace(1) }]);
    expect((await opened.list(traceQuerySchema.parse({}))).traces).toHaveLength(2);
    await opened.close();
    const again = await openSqliteStore(old, (step) => steps.push(step));
    await again.close();
    expect(steps).toHaveLength(2);
    await rm(old, { recursive: true, force: true });
  });
});
