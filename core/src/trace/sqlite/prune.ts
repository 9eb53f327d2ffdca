import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Retention } from '../store.ts';
import { closeHoles } from './bodies.ts';
import type { Tables } from './tables.ts';

export interface PruneInput {
  readonly retention: Retention;
  readonly now: number;
  readonly database: DatabaseSync;
}

/** So many at a time: whoever wants to write must not wait for long. */
const BATCH = 2_000;

/** Removes the oldest traces beyond the bounds; how many went. */
export async function pruneTraces(
  db: Kysely<Tables>,
  { retention, now, database }: PruneInput,
): Promise<number> {
  const { maxAgeMs, maxCount, maxBytes } = retention;
  const old = await removeOldest(db, BATCH, now - maxAgeMs);
  const { count } = await db
    .selectFrom('traces')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const tooMany = count - maxCount;
  // A tenth at a time, until it is small enough.
  const { used, pageBytes } = readSize(database);
  const tooLarge = used * pageBytes > maxBytes ? Math.ceil(count / 10) : 0;
  const surplus = Math.min(Math.max(tooMany, tooLarge), BATCH);
  const more = surplus > 0 ? await removeOldest(db, surplus, Infinity) : 0;
  closeHoles(database);
  shrink(database);
  return old + more;
}

interface Size {
  /** In pages. */
  readonly used: number;
  readonly free: number;
  readonly pageBytes: number;
}

function readSize(database: DatabaseSync): Size {
  const ask = (name: string): number =>
    Number(Object.values(database.prepare(`pragma ${name}`).get() ?? {})[0]);
  const free = ask('freelist_count');
  return { used: ask('page_count') - free, free, pageBytes: ask('page_size') };
}

/** So many pages at a time: each may have to be moved. */
const MAX_SHRUNK = 50_000;

/** Gives free pages back, but for some: where traces come as others go, they are needed again at once. */
function shrink(database: DatabaseSync): void {
  const { used, free } = readSize(database);
  const surplus = free - Math.ceil(used / 10);
  if (surplus > 0) database.exec(`pragma incremental_vacuum(${Math.min(surplus, MAX_SHRUNK)})`);
}

async function removeOldest(db: Kysely<Tables>, limit: number, before: number): Promise<number> {
  let oldest = db.selectFrom('traces').select('seq').orderBy('started_at', 'asc').limit(limit);
  if (Number.isFinite(before)) oldest = oldest.where('started_at', '<', before);
  const { numDeletedRows } = await db.deleteFrom('traces').where('seq', 'in', oldest).executeTakeFirst();
  return Number(numDeletedRows);
}
