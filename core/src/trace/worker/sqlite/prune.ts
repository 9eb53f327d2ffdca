import type { DatabaseSync } from 'node:sqlite';
import { type Kysely, sql } from 'kysely';
import type { Retention } from '../../store.ts';
import { closeHoles } from './bodies.ts';
import { fairShares } from './fair-shares.ts';
import { STRANGERS } from './owners.ts';
import type { OwnerTable, Tables } from './tables.ts';

export interface PruneInput {
  readonly retention: Retention;
  readonly now: number;
  readonly database: DatabaseSync;
}

/** Removes a batch of the traces beyond the bounds, and returns their number. */
export type Pruner = (input: PruneInput) => Promise<number>;

/** The batch size: writers must not wait long. */
const BATCH = 2_000;
/** The most refused requests that are kept. */
const MAX_REFUSED = 10_000;
/** The approximate size of a trace without its bodies, in bytes. */
const ROW_BYTES = 1024;

/**
 * Beyond the bounds, refused requests are removed first, then the oldest traces of the owner with the most: the traffic
 * of one key does not displace the traces of others.
 */
export function createPruner(db: Kysely<Tables>): Pruner {
  /**
   * For each owner, a time before which nothing is left to prune, so that the same traces are not scanned again. Reset
   * once nothing is due, because requests that began earlier may be written by then.
   */
  const emptyBefore = new Map<string, number>();

  const removeOldest = async (owner: string, limit: number): Promise<number> => {
    if (owner === STRANGERS) return removeRefused(db, limit);
    const from = emptyBefore.get(owner);
    const found = await db
      .selectFrom('traces')
      .select(['seq', 'started_at'])
      .where('key_id', 'is', owner === '' ? null : owner)
      .where('outcome', '!=', 'refused')
      .$if(from !== undefined, (rows) => rows.where('started_at', '>=', from ?? 0))
      .orderBy('started_at')
      .limit(limit)
      .execute();
    const last = found.at(-1);
    if (last && found.length === limit) emptyBefore.set(owner, last.started_at);
    else emptyBefore.delete(owner);
    const seqs = found.map(({ seq }) => seq);
    const { numDeletedRows } = await db.deleteFrom('traces').where('seq', 'in', seqs).executeTakeFirst();
    return Number(numDeletedRows);
  };

  return async ({ retention, now, database }) => {
    const { maxAgeMs, maxCount, maxBytes } = retention;
    let gone = await removeBefore(db, now - maxAgeMs);
    await db.deleteFrom('trace_owners').where('count', '<=', 0).execute();
    const all = await db.selectFrom('trace_owners').selectAll().execute();
    const count = all.reduce((sum, owner) => sum + owner.count, 0);
    const { used, pageBytes } = readSize(database);
    const isTooLarge = used * pageBytes > maxBytes;
    // A tenth at a time, until it is small enough.
    const surplus = Math.min(Math.max(count - maxCount, isTooLarge ? Math.ceil(count / 10) : 0), BATCH);

    const refused = all.find(({ owner }) => owner === STRANGERS)?.count ?? 0;
    const tooManyRefused = Math.max(refused - Math.min(MAX_REFUSED, maxCount), Math.min(refused, surplus));
    if (tooManyRefused > 0) gone += await removeRefused(db, Math.min(tooManyRefused, BATCH));
    const owners = all.filter(({ owner }) => owner !== STRANGERS);
    const shares = sharesOf(owners, surplus - Math.min(refused, surplus), isTooLarge);
    for (const [owner, share] of shares) gone += await removeOldest(owner, share);
    closeHoles(database);
    shrink(database);
    if (gone === 0) emptyBefore.clear();
    return gone;
  };
}

/** How many traces of each owner to remove. If the bytes exceed their bound, owners are compared by bytes. */
function sharesOf(
  owners: readonly OwnerTable[],
  surplus: number,
  isTooLarge: boolean,
): ReadonlyMap<string, number> {
  const sizeOf = ({ count, bytes }: OwnerTable): number => bytes + count * ROW_BYTES;
  const weigh = isTooLarge ? sizeOf : ({ count }: OwnerTable): number => count;
  const total = owners.reduce((sum, owner) => sum + weigh(owner), 0);
  const count = owners.reduce((sum, owner) => sum + owner.count, 0);
  if (count === 0 || surplus <= 0) return new Map();
  const holdings = owners.map((owner) => ({ owner: owner.owner, amount: weigh(owner) }));
  const shares = fairShares(holdings, Math.ceil((total * surplus) / count));
  const perTrace = new Map(owners.map((owner) => [owner.owner, weigh(owner) / owner.count]));
  return new Map([...shares].map(([owner, share]) => [owner, Math.ceil(share / (perTrace.get(owner) ?? 1))]));
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

/** Pages to release at a time: each may have to be moved. */
const MAX_SHRUNK = 50_000;

/** Releases free pages but keeps some: where traces come as others go, they are soon needed again. */
function shrink(database: DatabaseSync): void {
  const { used, free } = readSize(database);
  const surplus = free - Math.ceil(used / 10);
  if (surplus > 0) database.exec(`pragma incremental_vacuum(${Math.min(surplus, MAX_SHRUNK)})`);
}

async function removeBefore(db: Kysely<Tables>, before: number): Promise<number> {
  const oldest = db
    .selectFrom('traces')
    .select('seq')
    .where('started_at', '<', before)
    .orderBy('started_at')
    .limit(BATCH);
  const { numDeletedRows } = await db.deleteFrom('traces').where('seq', 'in', oldest).executeTakeFirst();
  return Number(numDeletedRows);
}

async function removeRefused(db: Kysely<Tables>, limit: number): Promise<number> {
  const oldest = db
    .selectFrom('traces')
    .select('seq')
    // A literal, so that SQLite uses the partial index.
    .where(sql<boolean>`outcome = 'refused'`)
    .orderBy('started_at')
    .limit(limit);
  const { numDeletedRows } = await db.deleteFrom('traces').where('seq', 'in', oldest).executeTakeFirst();
  return Number(numDeletedRows);
}
