import type { ExpressionBuilder, ExpressionWrapper, SqlBool } from 'kysely';
import type { TraceFilter } from '../../query.ts';
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

/** The condition of a filter. */
export function matches(eb: Where, filter: TraceFilter): ExpressionWrapper<Tables, 'traces', SqlBool> {
  const texts = Object.entries(TEXTS).flatMap(([field, column]) => {
    const wanted = filter[field as keyof typeof TEXTS];
    if (wanted === undefined) return [];
    return [wanted.includes('*') ? eb(column, 'like', likeOf(wanted)) : eb(column, '=', wanted)];
  });
  const { key, requestId, from, to, minMs, minCost, minAttempts, tool, badCalls, search } = filter;
  return eb.and([
    ...texts,
    ...(key === undefined ? [] : [eb.or([eb('key_id', '=', key), eb('key_name', '=', key)])]),
    ...(requestId === undefined
      ? []
      : [eb.or([eb('id', '=', requestId), eb('client_request_id', '=', requestId)])]),
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

/** `_` and `%` are SQL wildcards; `_` for any single character is close enough. */
function likeOf(pattern: string): string {
  return pattern.replaceAll('%', '_').replaceAll('*', '%');
}
