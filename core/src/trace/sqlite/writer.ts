import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import type { Kysely } from 'kysely';
import type { TraceRecord } from '../record.ts';
import type { TraceStore } from '../store.ts';
import { toRow } from './rows.ts';
import type { Tables } from './tables.ts';

/** Writes traces by a statement that is compiled once: this is what the store does for every request. */
export function writer(database: DatabaseSync, db: Kysely<Tables>): TraceStore['put'] {
  const example = toRow({
    ...{ id: '', startedAt: 0, ms: 0, method: '', path: '', protocol: '', ip: '', userAgent: '' },
    ...{ status: 0, outcome: 'ok', attempts: [], dropped: [] },
  });
  const insert = database.prepare(db.insertInto('traces').values(example).compile().sql);
  const removeRunning = database.prepare(
    "delete from traces where id = ? and started_at = ? and outcome = 'running'",
  );
  /** Those that were written while they ran. */
  const running = new Set<string>();

  const put = (trace: TraceRecord): void => {
    const { id, startedAt, outcome } = trace;
    const name = `${startedAt} ${id}`;
    if (running.delete(name)) removeRunning.run(id, startedAt);
    if (outcome === 'running') running.add(name);
    insert.run(...(Object.values(toRow(trace)) as SQLInputValue[]));
  };
  return async (traces) => {
    database.exec('begin');
    try {
      for (const trace of traces) put(trace);
      database.exec('commit');
    } catch (error) {
      database.exec('rollback');
      throw error;
    }
  };
}
