import { join } from 'node:path';
import { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import type { TraceQuery, TraceSort } from '../../query.ts';
import type { TracePage, TraceStore } from '../../store.ts';
import { closeHoles, readBodies } from './bodies.ts';
import { listCalls } from './calls.ts';
import { nodeSqliteDialect, openDatabase } from './dialect.ts';
import { migrations } from './migrations.ts';
import { createPruner } from './prune.ts';
import { matches } from './filter.ts';
import { fromRow } from './rows.ts';
import { readStats } from './stats.ts';
import type { Tables } from './tables.ts';
import { listThreads } from './threads.ts';
import { writer } from './writer.ts';

export const DATABASE_NAME = 'traces.db';

/** Called when a database of an earlier version is converted, which may take minutes. */
export type OnMigration = (step: 'begun' | 'done') => void;

/** Opens the traces of a data folder. Marks those that were running when the gateway ended as interrupted. */
export async function openSqliteStore(folder: string, onMigration?: OnMigration): Promise<TraceStore> {
  const path = join(folder, DATABASE_NAME);
  const database = openDatabase(path);
  const db = new Kysely<Tables>({ dialect: nodeSqliteDialect(database) });
  try {
    await prepare(db, onMigration);
  } catch (error) {
    await db.destroy();
    throw error;
  }

  const prune = createPruner(db);
  const { put, commit } = writer(database);
  return {
    put,
    commit,
    list: (query) => list(db, query),
    async get(id) {
      const row = await db
        .selectFrom('traces')
        .selectAll()
        .where('id', '=', id)
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && fromRow(row);
    },
    async remove(filter) {
      // Pruning commits on its own: a failure of earlier puts must not undo it.
      await commit();
      const rows = db.deleteFrom('traces');
      const { numDeletedRows } = await (
        'id' in filter ? rows.where('id', '=', filter.id) : rows.where((eb) => matches(eb, filter))
      ).executeTakeFirst();
      closeHoles(database);
      return Number(numDeletedRows);
    },
    async capture(id) {
      const row = await db
        .selectFrom('trace_bodies')
        .innerJoin('traces', 'traces.seq', 'trace_bodies.seq')
        .innerJoin('body_blocks', 'body_blocks.block', 'trace_bodies.block')
        .select(['start', 'head', 'marks', 'bytes', 'data'])
        .where('id', '=', id)
        .orderBy('traces.seq', 'desc')
        .limit(1)
        .executeTakeFirst();
      return row && readBodies(row.data, row);
    },
    stats: (query) => readStats(db, query),
    calls: (query) => listCalls(db, query),
    threads: (query) => listThreads(db, query),
    async prune(retention, now) {
      await commit();
      return prune({ retention, now, database });
    },
    async close() {
      await commit();
      await db.destroy();
    },
  };
}

async function prepare(db: Kysely<Tables>, onMigration?: OnMigration): Promise<void> {
  const migrator = new Migrator({ db, provider: migrations });
  const known = await migrator.getMigrations();
  const isMissing = known.map(({ executedAt }) => executedAt === undefined);
  const isOlder = isMissing.includes(true) && isMissing.includes(false);
  if (isOlder) onMigration?.('begun');
  const { error } = await migrator.migrateToLatest();
  if (error) throw new Error(reasonOf(error), { cause: error });
  if (isOlder) onMigration?.('done');
  await db.updateTable('traces').set({ outcome: 'interrupted' }).where('outcome', '=', 'running').execute();
}

/** Kysely calls a database corrupted if a newer version migrated it. */
function reasonOf(error: unknown): string {
  return error instanceof Error && error.message.startsWith('corrupted migrations')
    ? `${DATABASE_NAME} was written by a newer version. Update the gateway or move the file.`
    : 'The trace database could not be migrated.';
}

const COLUMNS = {
  startedAt: 'started_at',
  ms: 'ms',
  ttftMs: 'ttft_ms',
  cost: 'cost',
  outputTokens: 'output_tokens',
} as const satisfies Record<TraceSort, keyof Tables['traces']>;

async function list(db: Kysely<Tables>, query: TraceQuery): Promise<TracePage> {
  const { sort, order, limit, cursor } = query;
  const column = COLUMNS[sort];
  // The index covers the query; only the rows of the page are read.
  let seqs = db
    .selectFrom('traces')
    .select('seq')
    .where((eb) => matches(eb, query))
    .orderBy(column, order)
    .orderBy('seq', order)
    .limit(limit + 1);
  if (column !== 'started_at') seqs = seqs.where(column, 'is not', null);
  const after = readCursor(cursor);
  if (after) {
    const beyond = order === 'asc' ? '>' : '<';
    seqs = seqs.where((eb) =>
      eb.or([
        eb(column, beyond, after.value),
        eb.and([eb(column, '=', after.value), eb('seq', beyond, after.seq)]),
      ]),
    );
  }
  const found = await db
    .selectFrom('traces')
    .selectAll()
    .where('seq', 'in', seqs)
    .orderBy(column, order)
    .orderBy('seq', order)
    .execute();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  const hasMore = found.length > limit && last;
  return {
    traces: page.map(fromRow),
    ...(hasMore && { next: writeCursor({ value: Number(last[column]), seq: last.seq }) }),
  };
}

interface Cursor {
  readonly value: number;
  readonly seq: number;
}

function writeCursor({ value, seq }: Cursor): string {
  return Buffer.from(`${value} ${seq}`).toString('base64url');
}

/** An invalid cursor starts from the beginning. */
function readCursor(text: string | undefined): Cursor | undefined {
  const [value, seq] = Buffer.from(text ?? '', 'base64url')
    .toString()
    .split(' ')
    .map(Number);
  return Number.isFinite(value) && Number.isInteger(seq) && value !== undefined && seq !== undefined
    ? { value, seq }
    : undefined;
}
