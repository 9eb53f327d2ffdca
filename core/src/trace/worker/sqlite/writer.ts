import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { ToolResult } from '../analysis.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { TraceEntry, TraceStore } from '../../store.ts';
import type { ToolCallRecord } from '../../tool-calls.ts';
import { BodyWriter } from './bodies.ts';
import { orRollBack } from './dialect.ts';
import { OwnerCounts } from './owners.ts';
import { COLUMN_NAMES, toRow } from './rows.ts';
import { spaced } from './search.ts';

/** Longer texts are cut for the search, and longer results for the list; the bodies have them in full. */
const MAX_TEXT = 64 * 1024;
const MAX_RESULT = 16 * 1024;

type Findings = NonNullable<TraceEntry['analysis']>;

interface Parent {
  readonly seq: number;
  readonly id: string;
  readonly thread: string | null;
}

/** Writes traces by prepared statements: the store does this for every request. */
class Writer {
  readonly #insert: StatementSync;
  readonly #removeRunning: StatementSync;
  readonly #bodies: BodyWriter;
  readonly #owners: OwnerCounts;
  readonly #insertTexts: StatementSync;
  readonly #insertCall: StatementSync;
  readonly #findSaid: StatementSync;
  readonly #findReply: StatementSync;
  readonly #nameThread: StatementSync;
  readonly #answer: StatementSync;
  /** Traces that were written while running. */
  readonly #running = new Set<string>();

  constructor(database: DatabaseSync) {
    const prepare = (sql: string): StatementSync => database.prepare(sql);
    const places = COLUMN_NAMES.map(() => '?');
    this.#insert = prepare(`insert into traces (${COLUMN_NAMES.join(', ')}) values (${places.join(', ')})`);
    this.#removeRunning = prepare(
      "delete from traces where id = ? and started_at = ? and outcome = 'running'",
    );
    this.#bodies = new BodyWriter(database);
    this.#owners = new OwnerCounts(database);
    this.#insertTexts = prepare('insert into trace_texts (rowid, prompt, reply, tools) values (?, ?, ?, ?)');
    this.#insertCall = prepare(
      `insert into tool_calls (trace, called_at, call_id, name, arguments, growth, start_ms, end_ms, state, error,
         problems) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#findSaid = prepare('select seq, id, thread from traces where said = ? order by seq desc limit 1');
    this.#findReply = prepare(
      'select seq, id, thread from traces where reply_id = ? and key_id is ? order by seq desc limit 1',
    );
    this.#nameThread = prepare('update traces set thread = ? where seq = ? and thread is null');
    this.#answer = prepare(
      `update tool_calls set result = ?, result_is_error = ?, result_by = ?, result_ms = ? - called_at
       where result_by is null and seq = (
         select tool_calls.seq from tool_calls join traces on traces.seq = tool_calls.trace
         where call_id = ? and key_id is ? order by tool_calls.seq desc limit 1)`,
    );
  }

  putAll(entries: readonly TraceEntry[]): void {
    try {
      for (const entry of entries) this.#put(entry);
      this.#bodies.flush();
    } finally {
      this.#bodies.discard();
    }
  }

  /** Call it before a commit. */
  count(): void {
    this.#owners.flush();
  }

  /** Call it after a rollback. */
  discard(): void {
    this.#owners.discard();
  }

  #put({ trace, capture, analysis }: TraceEntry): void {
    const { id, startedAt, outcome } = trace;
    const name = `${startedAt} ${id}`;
    if (this.#running.delete(name)) this.#removeRunning.run(id, startedAt);
    if (outcome === 'running') this.#running.add(name);

    const full = analysis ? this.#withFindings(trace, analysis) : trace;
    const row = toRow(full, analysis?.place?.after);
    const { lastInsertRowid } = this.#insert.run(...row);
    const seq = Number(lastInsertRowid);
    this.#owners.add(trace, capture ? this.#bodies.add(seq, capture) : 0);
    if (analysis) this.#putAnalysis(seq, trace, analysis);
  }

  /** A request that continues another joins its thread, which gets a name if it has none. */
  #withFindings(trace: TraceRecord, findings: Findings): TraceRecord {
    const { calls, finish, replyId } = findings;
    const parent = this.#parentOf(trace, findings);
    if (parent?.thread === null) this.#nameThread.run(trace.thread ?? parent.id, parent.seq);
    return {
      ...trace,
      thread: trace.thread ?? parent?.thread ?? parent?.id,
      parent: parent?.id,
      finish,
      replyId,
      tools: [...new Set(calls.map(({ name }) => name))],
      badCalls: calls.filter(({ state }) => state !== 'ok').length,
    };
  }

  #putAnalysis(seq: number, trace: TraceRecord, { texts, calls, results }: Findings): void {
    const { prompt, reply, tools } = texts;
    this.#insertTexts.run(seq, ...[prompt, reply, tools].map((text) => spaced(text.slice(0, MAX_TEXT))));
    for (const call of calls) this.#putCall(seq, trace.startedAt, call);
    for (const result of results) this.#putResult(trace, result);
  }

  /** Finds it by the id of the reply that it continues, or else by the hash of what came before. */
  #parentOf({ keyId }: TraceRecord, { place, previousReplyId }: Findings): Parent | undefined {
    if (previousReplyId !== undefined) {
      const named = this.#findReply.get(previousReplyId, keyId ?? null) as unknown as Parent | undefined;
      if (named) return named;
    }
    for (const said of place?.before ?? []) {
      const parent = this.#findSaid.get(said) as unknown as Parent | undefined;
      if (parent) return parent;
    }
    return undefined;
  }

  #putCall(seq: number, startedAt: number, call: ToolCallRecord): void {
    const { callId, name, growth, startMs, endMs, state, error, problems } = call;
    this.#insertCall.run(
      ...[seq, startedAt + endMs, callId, name, call.arguments, JSON.stringify(growth)],
      ...[startMs, endMs, state, error ?? null, problems ? JSON.stringify(problems) : null],
    );
  }

  #putResult({ id, keyId, startedAt }: TraceRecord, { callId, text, isError }: ToolResult): void {
    this.#answer.run(...[text.slice(0, MAX_RESULT), Number(isError), id, startedAt, callId], keyId ?? null);
  }
}

/** Several batches share one transaction: each transaction writes the same index pages again. */
export function writer(database: DatabaseSync): Pick<TraceStore, 'put' | 'commit'> {
  const own = new Writer(database);
  const orDiscard = (work: () => void): void => {
    try {
      orRollBack(database, work);
    } catch (error) {
      own.discard();
      throw error;
    }
  };
  return {
    async put(entries) {
      orDiscard(() => {
        if (!database.isTransaction) database.exec('begin');
        own.putAll(entries);
      });
    },
    async commit() {
      orDiscard(() => {
        if (!database.isTransaction) return;
        own.count();
        database.exec('commit');
      });
    },
  };
}
