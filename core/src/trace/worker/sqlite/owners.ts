import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { type Kysely, type RawBuilder, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import type { TraceRecord } from '@dragoman/plugin';

/** The owner of all refused requests. Key ids never look like this. */
export const STRANGERS = 'refused';

/** The owner of a trace, as SQL. `row` is a table, or `new` or `old` in a trigger. */
function ownerOf(row: string): RawBuilder<string> {
  const [outcome, key] = [sql.ref(`${row}.outcome`), sql.ref(`${row}.key_id`)];
  return sql`case when ${outcome} = 'refused' then 'refused' else coalesce(${key}, '') end`;
}

/**
 * Counts the traces of each owner: counting a million traces before each pruning would take longer than writing them.
 * Bodies are inserted after their trace and deleted before it.
 */
export const owners: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('traces').addColumn('refused', 'text').execute();
    // Earlier versions recorded refused requests as errors.
    await sql`update traces set outcome = 'refused'
      where error_kind = 'auth' and outcome = 'error' and key_id is null and attempt_count = 0`.execute(db);
    await db.schema
      .createIndex('traces_refused')
      .on('traces')
      .columns(['started_at'])
      .where(sql.ref('outcome'), '=', sql.lit('refused'))
      .execute();
    await db.schema
      .createTable('trace_owners')
      .addColumn('owner', 'text', (column) => column.primaryKey())
      .addColumn('count', 'integer', (column) => column.notNull())
      .addColumn('bytes', 'integer', (column) => column.notNull())
      .execute();
    await sql`insert into trace_owners (owner, count, bytes)
      select ${ownerOf('traces')}, count(*), coalesce(sum(head + marks + bytes), 0)
      from traces left join trace_bodies on trace_bodies.seq = traces.seq group by 1`.execute(db);
    await sql`create trigger traces_counted after insert on traces begin
      insert into trace_owners (owner, count, bytes) values (${ownerOf('new')}, 1, 0)
      on conflict (owner) do update set count = count + 1;
    end`.execute(db);
    await sql`create trigger bodies_counted after insert on trace_bodies begin
      update trace_owners set bytes = bytes + new.head + new.marks + new.bytes
      where owner = (select ${ownerOf('traces')} from traces where seq = new.seq);
    end`.execute(db);
    await sql`create trigger traces_uncounted before delete on traces begin
      update trace_owners set count = count - 1, bytes = bytes - coalesce(
        (select head + marks + bytes from trace_bodies where seq = old.seq), 0)
      where owner = ${ownerOf('old')};
    end`.execute(db);
  },
};

/**
 * `OwnerCounts` counts inserts: a trigger for each row made writing a tenth slower. Deletes are still counted here, and
 * may come before their insert was counted, so a count may be negative for a while.
 */
export const ownerCounts: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['traces_counted', 'bodies_counted', 'traces_uncounted']) {
      await sql`drop trigger ${sql.ref(name)}`.execute(db);
    }
    await sql`create trigger traces_uncounted before delete on traces begin
      insert into trace_owners (owner, count, bytes) values (${ownerOf('old')}, -1,
        -coalesce((select head + marks + bytes from trace_bodies where seq = old.seq), 0))
      on conflict (owner) do update set count = count + excluded.count, bytes = bytes + excluded.bytes;
    end`.execute(db);
  },
};

/** Counts inserts in memory until they are committed. */
export class OwnerCounts {
  readonly #add: StatementSync;
  readonly #counts = new Map<string, { count: number; bytes: number }>();

  constructor(database: DatabaseSync) {
    this.#add = database.prepare(
      `insert into trace_owners (owner, count, bytes) values (?, ?, ?)
       on conflict (owner) do update set count = count + excluded.count, bytes = bytes + excluded.bytes`,
    );
  }

  add({ outcome, keyId = '' }: Pick<TraceRecord, 'outcome' | 'keyId'>, bytes: number): void {
    const owner = outcome === 'refused' ? STRANGERS : keyId;
    const sum = this.#counts.get(owner);
    if (!sum) {
      this.#counts.set(owner, { count: 1, bytes });
      return;
    }
    sum.count += 1;
    sum.bytes += bytes;
  }

  /** Writes the counts, as part of the transaction that wrote the rows. */
  flush(): void {
    for (const [owner, { count, bytes }] of this.#counts) this.#add.run(owner, count, bytes);
    this.discard();
  }

  /** Discards what was rolled back. */
  discard(): void {
    this.#counts.clear();
  }
}
