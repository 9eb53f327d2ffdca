import type { AuditEntry, AuditOutcome } from './entry.ts';
import { listFiles, readLines } from './files.ts';
import type { AuditQuery } from './query.ts';

/** An entry for display: a change with its outcome, which is `unknown` if the process ended during the change. */
export interface AuditRow extends Omit<AuditEntry, 'kind' | 'of' | 'previous' | 'outcome'> {
  readonly outcome: AuditOutcome | 'unknown';
}

export interface AuditPage {
  readonly entries: readonly AuditRow[];
  /** The cursor of the next page; absent on the last. */
  readonly next?: number;
}

/** A page of the log, newest entry first. */
export async function listAudit(folder: string, query: AuditQuery): Promise<AuditPage> {
  const rows: AuditRow[] = [];
  for await (const row of newestFirst(folder)) {
    if (query.from !== undefined && row.at < query.from) break;
    if (query.cursor !== undefined && row.seq >= query.cursor) continue;
    if (!fits(row, query)) continue;
    if (rows.length === query.limit) return { entries: rows, next: rows.at(-1)?.seq ?? 1 };
    rows.push(row);
  }
  return { entries: rows };
}

async function* newestFirst(folder: string): AsyncGenerator<AuditRow> {
  const ends = new Map<number, AuditEntry>();
  for (const file of (await listFiles(folder)).toReversed()) {
    const { lines } = await readLines(file);
    for (const line of lines.toReversed()) {
      const entry = parse(line);
      if (!entry) continue;
      if (entry.kind === 'end' && entry.of !== undefined) ends.set(entry.of, entry);
      else {
        yield rowOf(entry, ends.get(entry.seq));
        ends.delete(entry.seq);
      }
    }
  }
}

/** Verification reports lines that cannot be parsed. */
function parse(line: string): AuditEntry | undefined {
  try {
    return JSON.parse(line) as AuditEntry;
  } catch {
    return undefined;
  }
}

function rowOf(entry: AuditEntry, end: AuditEntry | undefined): AuditRow {
  const { kind, of: _, previous: __, ...shown } = entry;
  if (kind === 'note') return { ...shown, outcome: entry.outcome ?? 'done' };
  const { outcome = 'unknown', actor, target, after, reason } = end ?? {};
  return {
    ...shown,
    ...(actor && { actor }),
    ...(target !== undefined && { target }),
    ...(after !== undefined && { after }),
    ...(reason !== undefined && { reason }),
    outcome,
  };
}

function fits({ actor, operation, target = '', at }: AuditRow, query: AuditQuery): boolean {
  return (
    (query.actor === undefined || [actor.kind, actor.id, actor.address].includes(query.actor)) &&
    (query.operation === undefined || operation.includes(query.operation)) &&
    (query.target === undefined || target.includes(query.target)) &&
    (query.to === undefined || at <= query.to)
  );
}
