import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { Retention } from '../store.ts';
import { closeHoles } from './bodies.ts';
import type { Tables } from './tables.ts';

export interface PruneInput {
  readonly retention: Retention;
  readonly now: number;
  readonly path: string;
  readonly database: DatabaseSync;
}

/** So many at a time: whoever wants to write must not wait for long. */
const BATCH = 2_000;

/** Removes the oldest traces beyond the bounds; how many went. */
export async function pruneTraces(
  db: Kysely<Tables>,
  { retention, now, path, database }: PruneInput,
): Promise<number> {
  const { maxAgeMs, maxCount, maxBytes } = retention;
  const old = await removeOldest(db, BATCH, now - maxAgeMs);
  const { count } = await db
    .selectFrom('traces')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const tooMany = count - maxCount;
  // A tenth more than need be, so that it is not needed again at once.
  const tooLarge = statSync(path).size > maxBytes ? Math.ceil(count / 10) : 0;
  const surplus = Math.min(Math.max(tooMany, tooLarge), BATCH);
  const more = surplus > 0 ? await removeOldest(db, surplus, Infinity) : 0;
  closeHoles(database);
  if (old + more > 0) database.exec('pragma incremental_vacuum');
  return old + more;
}

async function removeOldest(db: Kysely<Tables>, limit: number, before: number): Promise<number> {
  let oldest = db.selectFrom('traces').select('seq').orderBy('started_at', 'asc').limit(limit);
  if (Number.isFinite(before)) oldest = oldest.where('started_at', '<', before);
  const { numDeletedRows } = await db.deleteFrom('traces').where('seq', 'in', oldest).executeTakeFirst();
  return Number(numDeletedRows);
}
