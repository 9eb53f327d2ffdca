import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import type { Migration, MigrationProvider } from 'kysely/migration';
import { ownerCounts, owners } from './owners.ts';

/** The columns that traces are found and sorted by, always together with time. */
const INDEXES = ['model', 'upstream', 'key_id'];
/** A sparse index costs only the traces that have the value. */
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
    // Failures and slow requests are usually queried by owner; the index answers that without reading rows.
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

const TRACES_GONE = sql`create trigger traces_gone after delete on traces when old.bodies = 'kept' begin
  delete from trace_bodies where seq = old.seq;
  delete from tool_calls where trace = old.seq;
  delete from trace_texts where rowid = old.seq;
end`;

/** Decoded content of bodies. All of it is deleted with its trace. */
const bodies: Migration = {
  async up(db: Kysely<unknown>) {
    for (const column of [
      'tools',
      'finish',
      'parent',
      'bodies',
      'replay_of',
      'said',
      'error_code',
      'reply_id',
    ]) {
      await db.schema.alterTable('traces').addColumn(column, 'text').execute();
    }
    await db.schema.alterTable('traces').addColumn('bad_calls', 'integer').execute();
    for (const column of ['said', 'replay_of', 'reply_id']) {
      const index = db.schema.createIndex(`traces_${column}`).on('traces').columns([column]);
      await index.where(sql.ref(column), 'is not', null).execute();
    }
    await db.schema
      .createIndex('traces_bad_calls')
      .on('traces')
      .columns(['started_at'])
      .where(sql.ref('bad_calls'), '>', 0)
      .execute();
    await db.schema
      .createTable('trace_bodies')
      .addColumn('seq', 'integer', (column) => column.primaryKey())
      .addColumn('head', 'text', (column) => column.notNull())
      .addColumn('marks', 'blob', (column) => column.notNull())
      .addColumn('data', 'blob', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('tool_calls')
      .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
      .addColumn('trace', 'integer', (column) => column.notNull())
      .addColumn('called_at', 'real', (column) => column.notNull())
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('arguments', 'text', (column) => column.notNull())
      .addColumn('growth', 'text', (column) => column.notNull())
      .addColumn('start_ms', 'real', (column) => column.notNull())
      .addColumn('end_ms', 'real', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .addColumn('error', 'text')
      .addColumn('problems', 'text')
      .addColumn('result', 'text')
      .addColumn('result_is_error', 'integer')
      .addColumn('result_by', 'text')
      .addColumn('result_ms', 'real')
      .execute();
    await db.schema.createIndex('tool_calls_trace').on('tool_calls').column('trace').execute();
    await db.schema.createIndex('tool_calls_call_id').on('tool_calls').column('call_id').execute();
    await db.schema.createIndex('tool_calls_name').on('tool_calls').columns(['name', 'seq']).execute();
    await db.schema
      .createIndex('tool_calls_state')
      .on('tool_calls')
      .columns(['state', 'seq'])
      .where('state', '!=', 'ok')
      .execute();
    // Without the texts themselves, which are in the bodies.
    await sql`create virtual table trace_texts using fts5
      (prompt, reply, tools, content='', contentless_delete=1, tokenize='unicode61')`.execute(db);
    await TRACES_GONE.execute(db);
  },
  async down(db: Kysely<unknown>) {
    await sql`drop trigger traces_gone`.execute(db);
    for (const table of ['trace_texts', 'tool_calls', 'trace_bodies']) {
      await db.schema.dropTable(table).execute();
    }
  },
};

/** Bodies in blocks of several traces: each existing one gets its own block. */
const blocks: Migration = {
  async up(db: Kysely<Bodies>) {
    // A trigger follows a renamed table.
    await sql`drop trigger traces_gone`.execute(db);
    await db.schema.alterTable('trace_bodies').renameTo('single_bodies').execute();
    await db.schema
      .createTable('body_blocks')
      .addColumn('block', 'integer', (column) => column.primaryKey())
      .addColumn('data', 'blob', (column) => column.notNull())
      .execute();
    await db.schema
      .createTable('body_holes')
      .addColumn('block', 'integer', (column) => column.primaryKey())
      .execute();
    let bodies = db.schema
      .createTable('trace_bodies')
      .addColumn('seq', 'integer', (column) => column.primaryKey());
    for (const column of ['block', 'start', 'head', 'marks', 'bytes']) {
      bodies = bodies.addColumn(column, 'integer', (own) => own.notNull());
    }
    await bodies.execute();
    await moveBodies(db);
    await db.schema.dropTable('single_bodies').execute();
    await sql`create trigger bodies_gone after delete on trace_bodies begin
      insert or ignore into body_holes (block) values (old.block);
    end`.execute(db);
    await TRACES_GONE.execute(db);
  },
};

interface Bodies {
  readonly single_bodies: { seq: number; head: string; marks: Uint8Array; data: Uint8Array };
  readonly body_blocks: { block: number; data: Uint8Array };
  readonly trace_bodies: Record<'seq' | 'block' | 'start' | 'head' | 'marks' | 'bytes', number>;
}

async function moveBodies(db: Kysely<Bodies>): Promise<void> {
  for (let last = 0; ;) {
    const next = db.selectFrom('single_bodies').selectAll().where('seq', '>', last).orderBy('seq').limit(1);
    const row = await next.executeTakeFirst();
    if (!row) return;
    const { seq, marks } = row;
    const [head, bytes] = [Buffer.from(row.head), zstdDecompressSync(row.data)];
    const place = { start: 0, head: head.length, marks: marks.length, bytes: bytes.length };
    const data = zstdCompressSync(Buffer.concat([head, marks, bytes]));
    await db.insertInto('body_blocks').values({ block: seq, data }).execute();
    await db
      .insertInto('trace_bodies')
      .values({ seq, block: seq, ...place })
      .execute();
    last = seq;
  }
}

/**
 * One index by time that covers every column that traces are filtered, sorted and counted by, instead of one index for
 * each: any query scans a million traces in a tenth of a second, and the index only grows at its end, where the others
 * had to be updated in random places for every trace.
 */
const scan: Migration = {
  async up(db: Kysely<unknown>) {
    for (const name of ['started_at', 'outcome', 'ms', ...INDEXES, 'error_kind', 'cost']) {
      await db.schema.dropIndex(`traces_${name}`).execute();
    }
    await db.schema
      .createIndex('traces_scan')
      .on('traces')
      .columns(['started_at', 'outcome', 'error_kind', 'attempt_count', 'ms', 'ttft_ms', 'cost'])
      .columns(['input_tokens', 'output_tokens', 'protocol', 'model', 'upstream', 'key_id', 'key_name'])
      .execute();
  },
};

/** The client's own request id. It is not a key: ids may repeat. */
const clientIds: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('traces').addColumn('client_request_id', 'text').execute();
    await db.schema
      .createIndex('traces_client_request_id')
      .on('traces')
      .columns(['client_request_id'])
      .where(sql.ref('client_request_id'), 'is not', null)
      .execute();
  },
};

/** Whether the gateway estimated the tokens. */
const estimates: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('traces').addColumn('is_estimated', 'integer').execute();
  },
};

/** The calls of hooks. */
const hooks: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema.alterTable('traces').addColumn('hooks', 'text').execute();
  },
};

/** In order; never changed once released. */
export const migrations: MigrationProvider = {
  getMigrations: () =>
    Promise.resolve({
      '0001-traces': create,
      '0002-bodies': bodies,
      '0003-blocks': blocks,
      '0004-scan': scan,
      '0005-client-ids': clientIds,
      '0006-owners': owners,
      '0007-estimates': estimates,
      '0008-owner-counts': ownerCounts,
      '0009-hooks': hooks,
    }),
};
