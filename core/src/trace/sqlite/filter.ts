import { type ExpressionBuilder, type ExpressionWrapper, sql, type SqlBool } from 'kysely';
import type { TraceFilter, TraceSort } from '../query.ts';
import { searchTexts } from './search.ts';
import type { Tables } from './tables.ts';

type Where = ExpressionBuilder<Tables, 'traces'>;

const TEXTS = {
  model: 'model',
  upstream: 'upstream',
  thread: 'thread',
  protocol: 'protocol',
  outcome: 'outcome',
  error: 'error_kind',
  replayOf: 'replay_of',
  replyId: 'reply_id',
} as const;

/** What the index of durations holds besides: among the slowest they are found without their rows. */
const IN_MS_INDEX: ReadonlySet<string> = new Set(['model', 'upstream', 'outcome']);

/** The condition of a filter. A list in the order of durations is best read in that order, whatever it is filtered by. */
export function matches(
  eb: Where,
  filter: TraceFilter & { readonly sort?: TraceSort },
): ExpressionWrapper<Tables, 'traces', SqlBool> {
  const texts = Object.entries(TEXTS).flatMap(([field, column]) => {
    const wanted = filter[field as keyof typeof TEXTS];
    if (wanted === undefined) return [];
    if (wanted.includes('*')) return [eb(column, 'like', likeOf(wanted))];
    // A plus keeps SQLite from taking the index of this column, and sorting all that it finds.
    if (filter.sort === 'ms' && IN_MS_INDEX.has(column)) return [eb(sql`+${sql.ref(column)}`, '=', wanted)];
    return [eb(column, '=', wanted)];
  });
  const { key, from, to, minMs, minCost, minAttempts, tool, badCalls, search } = filter;
  return eb.and([
    ...texts,
    ...(key === undefined ? [] : [eb.or([eb('key_id', '=', key), eb('key_name', '=', key)])]),
    ...(from === undefined ? [] : [eb('started_at', '>=', from)]),
    ...(to === undefined ? [] : [eb('started_at', '<', to)]),
    ...(minMs === undefined ? [] : [eb('ms', '>=', minMs)]),
    ...(minCost === undefined ? [] : [eb('cost', '>=', minCost)]),
    ...(tool === undefined ? [] : [calls(eb, tool)]),
    ...(badCalls === undefined ? [] : [badCalls ? eb('bad_calls', '>', 0) : eb('bad_calls', '=', 0)]),
    ...(search === undefined ? [] : [eb('seq', 'in', searchTexts(search))]),
    ...(minAttempts === undefined ? [] : [eb('attempt_count', '>=', minAttempts)]),
  ]);
}

function calls(eb: Where, tool: string): ExpressionWrapper<Tables, 'traces', SqlBool> {
  return eb('seq', 'in', eb.selectFrom('tool_calls').select('trace').where('name', '=', tool));
}

/** `_` and `%` of a pattern would mean something else to SQL; `_` for one letter is near enough. */
function likeOf(pattern: string): string {
  return pattern.replaceAll('%', '_').replaceAll('*', '%');
}
