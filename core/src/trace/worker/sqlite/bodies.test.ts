import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import fc from 'fast-check';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { traceRecord } from '@dragoman/testing';
import type { PackedCapture } from '../../packed.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { TraceEntry, TraceStore } from '../../store.ts';
import { nodeSqliteDialect, openDatabase } from './dialect.ts';
import { migrations } from './migrations.ts';
import { DATABASE_NAME, openSqliteStore } from './sqlite-store.ts';
import type { Tables } from './tables.ts';

let folder: string;
let store: TraceStore;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-bodies-'));
  store = await openSqliteStore(folder);
});
afterEach(async () => {
  await store.close();
  await rm(folder, { recursive: true, force: true });
});

function trace(id: string): TraceRecord {
  return traceRecord({ id, bodies: 'kept' });
}

function capture(text: string): PackedCapture {
  const bytes = new TextEncoder().encode(text);
  const body = { start: 0, length: bytes.length, firstMark: 0, pieces: 1, missing: 0 };
  return {
    request: { wire: 'w', query: text.slice(0, 9), headers: {}, params: {}, body },
    exchanges: [],
    reply: { ...body, headers: {} },
    marks: Uint32Array.from([bytes.length, 7]),
    bytes,
  };
}

const entry = (id: string, text: string): TraceEntry => ({ trace: trace(id), capture: capture(text) });

/** All that is in the blocks, as text, and how many blocks there are. */
function readBlocks(): { readonly text: string; readonly count: number } {
  const database = openDatabase(join(folder, DATABASE_NAME));
  const rows = database.prepare('select data from body_blocks').all() as { data: Uint8Array }[];
  database.close();
  return { text: rows.map(({ data }) => zstdDecompressSync(data).toString()).join(''), count: rows.length };
}

describe('bodies of traces', () => {
  it('share a block, and large ones have one of their own', async () => {
    const large = 'x'.repeat(70_000);
    await store.put([
      entry('a', 'small one'),
      entry('b', 'small two'),
      entry('c', large),
      entry('d', 'last'),
    ]);
    await store.commit();
    expect(readBlocks().count).toBe(3);
    for (const [id, text] of [
      ['a', 'small one'],
      ['b', 'small two'],
      ['c', large],
      ['d', 'last'],
    ] as const) {
      expect(await store.capture(id)).toEqual(capture(text));
    }
  });

  it('are gone from their block when their trace is removed', async () => {
    await store.put([entry('a', 'stays'), entry('b', 'a secret that goes'), entry('c', 'stays too')]);
    await store.remove({ id: 'b' });
    expect(readBlocks().text).not.toContain('a secret');
    expect(await store.capture('a')).toEqual(capture('stays'));
    expect(await store.capture('b')).toBeUndefined();
    expect(await store.capture('c')).toEqual(capture('stays too'));
    await store.remove({});
    expect(readBlocks().count).toBe(0);
  });

  it('are gone when their trace is too old', async () => {
    await store.put([
      entry('a', 'one'),
      entry('b', 'two'),
      { trace: { ...trace('c'), startedAt: 9_000 }, capture: capture('three') },
    ]);
    await store.prune({ maxAgeMs: 1_000, maxCount: 100, maxBytes: 1e9 }, 9_500);
    expect(readBlocks().text).not.toMatch(/one|two/);
    expect(await store.capture('c')).toEqual(capture('three'));
  });

  it('are what they were, whatever is put and removed', async () => {
    const text = fc.oneof(fc.string({ maxLength: 40 }), fc.constant('y'.repeat(40_000)));
    const step = fc.oneof(fc.array(text, { maxLength: 8 }), fc.nat());
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
        const left = new Map<string, string>();
        let count = 0;
        for (const one of steps) {
          if (typeof one === 'number') {
            const id = [...left.keys()][one % Math.max(1, left.size)];
            if (id === undefined) continue;
            left.delete(id);
            await store.remove({ id });
          } else {
            const added = one.map((body) => [`${(count += 1)}`, body] as const);
            for (const [id, body] of added) left.set(id, body);
            await store.put(added.map(([id, body]) => entry(id, body)));
          }
        }
        for (const [id, body] of left) expect(await store.capture(id)).toEqual(capture(body));
        await store.remove({});
        expect(readBlocks().count).toBe(0);
      }),
      { numRuns: 30 },
    );
  });

  it('of an earlier version are taken along', async () => {
    const old = await mkdtemp(join(tmpdir(), 'dragoman-bodies-'));
    const database = openDatabase(join(old, DATABASE_NAME));
    const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
    await new Migrator({ db, provider: migrations }).migrateTo('0002-bodies');
    const columns =
      'seq, id, started_at, ms, method, path, protocol, ip, user_agent, status, outcome, attempt_count, attempts, dropped, bodies';
    const insert = database.prepare('insert into trace_bodies (seq, head, marks, data) values (?, ?, ?, ?)');
    for (const [seq, text] of [
      [3, 'one'],
      [7, 'two'],
    ] as const) {
      database.exec(
        `insert into traces (${columns}) values (${seq}, '${text}', 5, 1, 'POST', '/', 'p', '', '', 200, 'ok', 0, '[]', '[]', 'kept')`,
      );
      const { bytes, marks, ...head } = capture(text);
      insert.run(seq, JSON.stringify(head), new Uint8Array(marks.buffer), zstdCompressSync(bytes));
    }
    await db.destroy();

    const opened = await openSqliteStore(old);
    expect(await opened.capture('one')).toEqual(capture('one'));
    await opened.remove({ id: 'one' });
    expect(await opened.capture('one')).toBeUndefined();
    expect(await opened.capture('two')).toEqual(capture('two'));
    await opened.close();
    await rm(old, { recursive: true, force: true });
  });
});
