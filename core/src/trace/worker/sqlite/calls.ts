import type { Kysely, Selectable } from 'kysely';
import { defined } from '@dragoman/plugin';
import type { ToolCallQuery } from '../../query.ts';
import type { StoredToolCall, ToolCallPage } from '../../store.ts';
import type { SchemaProblem } from '../../tool-calls.ts';
import type { CallState } from '@dragoman/plugin/internal/canonical/trace-record';
import type { Tables, ToolCallTable } from './tables.ts';

/** Lists tool calls, newest first. */
export async function listCalls(db: Kysely<Tables>, query: ToolCallQuery): Promise<ToolCallPage> {
  const { tool, state, answered, trace, thread, limit, cursor } = query;
  let rows = db
    .selectFrom('tool_calls')
    .innerJoin('traces', 'traces.seq', 'tool_calls.trace')
    .selectAll('tool_calls')
    .select(['traces.id as trace_id', 'traces.thread', 'traces.model'])
    .orderBy('tool_calls.seq', 'desc')
    .limit(limit + 1);
  if (tool !== undefined) rows = rows.where('name', '=', tool);
  if (state === 'bad') rows = rows.where('state', '!=', 'ok');
  else if (state !== undefined) rows = rows.where('state', '=', state);
  if (answered !== undefined) rows = rows.where('result_by', answered ? 'is not' : 'is', null);
  if (trace !== undefined) rows = rows.where('traces.id', '=', trace);
  if (thread !== undefined) rows = rows.where('traces.thread', '=', thread);
  if (cursor !== undefined) rows = rows.where('tool_calls.seq', '<', Number(cursor) || 0);
  const found = await rows.execute();
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { calls: page.map(fromRow), ...(found.length > limit && last && { next: String(last.seq) }) };
}

interface Joined extends Selectable<ToolCallTable> {
  readonly trace_id: string;
  readonly thread: string | null;
  readonly model: string | null;
}

function fromRow(row: Joined): StoredToolCall {
  return defined({
    traceId: row.trace_id,
    thread: row.thread ?? undefined,
    model: row.model ?? undefined,
    calledAt: row.called_at,
    callId: row.call_id,
    name: row.name,
    arguments: row.arguments,
    growth: JSON.parse(row.growth) as StoredToolCall['growth'],
    startMs: row.start_ms,
    endMs: row.end_ms,
    state: row.state as CallState,
    error: row.error ?? undefined,
    problems: row.problems === null ? undefined : (JSON.parse(row.problems) as readonly SchemaProblem[]),
    result:
      row.result_by === null
        ? undefined
        : {
            text: row.result ?? '',
            isError: row.result_is_error === 1,
            by: row.result_by,
            afterMs: row.result_ms ?? 0,
          },
  });
}
