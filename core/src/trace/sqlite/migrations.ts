import { type Kysely, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';

/** What traces are found and sorted by, always by time within it. */
const INDEXES = ['model', 'upstream', 'key_id'];
/** What most traces lack costs only those that have it. */
const SPARSE_INDEXES = ['thread', 'error_kind', 'cost'];

const create: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable('traces')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('id', 'text', (column) => column.notNull())
      .addColumn('started_at', 'integer', (column) => column.notNull())
      .addColumn('ms', 'real', (column) => column.notNull())
      .addColumn('method', 'text', (column) => column.notNull())
      .addColumn('path', 'text', (column) => column.notNull())
      .addColumn('protocol', 'text', (column) => column.notNull())
      .addColumn('ip', 'text', (column) => column.notNull())
      .addColumn('user_agent', 'text', (column) => column.notNull())
      .addColumn('key_id', 'text')
      .addColumn('key_name', 'text')
      .addColumn('model', 'text')
      .addColumn('thread', 'text')
      .addColumn('upstream', 'text')
      .addColumn('upstream_model', 'text')
      .addColumn('status', 'integer', (column) => column.notNull())
      .addColumn('outcome', 'text', (column) => column.notNull())
      .addColumn('error_kind', 'text')
      .addColumn('ttft_ms', 'real')
      .addColumn('overhead_ms', 'real')
      .addColumn('input_tokens', 'integer')
      .addColumn('output_tokens', 'integer')
      .addColumn('cached_tokens', 'integer')
      .addColumn('reasoning_tokens', 'integer')
      .addColumn('cost', 'real')
      .addColumn('attempt_count', 'integer', (column) => column.notNull())
      .addColumn('attempts', 'text', (column) => column.notNull())
      .addColumn('dropped', 'text', (column) => column.notNull())
      .execute();
    await db.schema.createIndex('traces_id').on('traces').column('id').execute();
    await db.schema.createIndex('traces_started_at').on('traces').column('started_at').execute();
    // Failures and slow requests are asked for together with whose they are: that is found without the rows.
    await db.schema
      .createIndex('traces_outcome')
      .on('traces')
      .columns(['outcome', 'started_at', 'model', 'upstream', 'key_id'])
      .execute();
    await db.schema
      .createIndex('traces_ms')
      .on('traces')
      .columns(['ms', 'model', 'upstream', 'key_id', 'outcome'])
      .execute();
    for (const column of [...INDEXES, ...SPARSE_INDEXES]) {
      const index = db.schema.createIndex(`traces_${column}`).on('traces').columns([column, 'started_at']);
      const isSparse = SPARSE_INDEXES.includes(column);
      await (isSparse ? index.where(sql.ref(column), 'is not', null) : index).execute();
    }
  },
  async down(db: Kysely<unknown>) {
    await sql`drop table traces`.execute(db);
  },
};

/** In order; one that was released is never changed. */
export const migrations: MigrationProvider = {
  getMigrations: () => Promise.resolve({ '0001-traces': create }),
};
