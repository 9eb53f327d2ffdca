import type { SQLInputValue } from 'node:sqlite';
import type { Selectable } from 'kysely';
import {
  type AttemptRecord,
  defined,
  type HookRecord,
  type Refusal,
  type TraceRecord,
} from '@dragoman/plugin';
import type { BodiesKept, DroppedField, Outcome } from '@dragoman/plugin/internal/canonical/trace-record';
import { tokensPerSecond } from '../../speed.ts';
import type { TraceTable } from './tables.ts';

/** The value of each column. `said` is the hash of the conversation up to and including the reply. */
type Column = (trace: TraceRecord, said: string | undefined) => SQLInputValue | undefined;

/** The columns with their values; `undefined` becomes null. */
const COLUMNS: Readonly<Record<Exclude<keyof TraceTable, 'seq'>, Column>> = {
  id: ({ id }) => id,
  started_at: ({ startedAt }) => startedAt,
  ms: ({ ms }) => ms,
  method: ({ method }) => method,
  path: ({ path }) => path,
  protocol: ({ protocol }) => protocol,
  ip: ({ ip }) => ip,
  user_agent: ({ userAgent }) => userAgent,
  key_id: ({ keyId }) => keyId,
  key_name: ({ keyName }) => keyName,
  client_request_id: ({ clientRequestId }) => clientRequestId,
  refused: ({ refused }) => refused,
  model: ({ model }) => model,
  thread: ({ thread }) => thread,
  upstream: ({ upstream }) => upstream,
  upstream_model: ({ upstreamModel }) => upstreamModel,
  status: ({ status }) => status,
  outcome: ({ outcome }) => outcome,
  error_kind: ({ errorKind }) => errorKind,
  ttft_ms: ({ ttftMs }) => ttftMs,
  overhead_ms: ({ overheadMs }) => overheadMs,
  input_tokens: ({ inputTokens }) => inputTokens,
  output_tokens: ({ outputTokens }) => outputTokens,
  cached_tokens: ({ cachedTokens }) => cachedTokens,
  reasoning_tokens: ({ reasoningTokens }) => reasoningTokens,
  is_estimated: ({ isEstimated }) => (isEstimated ? 1 : null),
  cost: ({ cost }) => cost,
  attempt_count: ({ attempts }) => attempts.length,
  attempts: ({ attempts }) => JSON.stringify(attempts),
  dropped: ({ dropped }) => JSON.stringify(dropped),
  tools: ({ tools }) => (tools && tools.length > 0 ? JSON.stringify(tools) : null),
  bad_calls: ({ badCalls }) => badCalls,
  finish: ({ finish }) => finish,
  reply_id: ({ replyId }) => replyId,
  parent: ({ parent }) => parent,
  bodies: ({ bodies }) => bodies,
  replay_of: ({ replayOf }) => replayOf,
  said: (_, said) => said,
  error_code: ({ errorCode }) => errorCode,
  hooks: ({ hooks }) => hooks && JSON.stringify(hooks),
};

export const COLUMN_NAMES = Object.keys(COLUMNS);
const columns = Object.values(COLUMNS);

/** The values of a trace's row, in the order of `COLUMN_NAMES`. */
export function toRow(trace: TraceRecord, said: string | undefined): SQLInputValue[] {
  return columns.map((column) => column(trace, said) ?? null);
}

export function fromRow(row: Selectable<TraceTable>): TraceRecord {
  const written = {
    ms: row.ms,
    ttftMs: row.ttft_ms ?? undefined,
    outputTokens: row.output_tokens ?? undefined,
  };
  return defined({
    id: row.id,
    clientRequestId: row.client_request_id ?? undefined,
    startedAt: row.started_at,
    ...written,
    tokensPerSecond: tokensPerSecond(written),
    method: row.method,
    path: row.path,
    protocol: row.protocol,
    ip: row.ip,
    userAgent: row.user_agent,
    keyId: row.key_id ?? undefined,
    keyName: row.key_name ?? undefined,
    model: row.model ?? undefined,
    thread: row.thread ?? undefined,
    upstream: row.upstream ?? undefined,
    upstreamModel: row.upstream_model ?? undefined,
    status: row.status,
    outcome: row.outcome as Outcome,
    errorKind: row.error_kind ?? undefined,
    overheadMs: row.overhead_ms ?? undefined,
    ...countsOf(row),
    ...findingsOf(row),
    errorCode: row.error_code ?? undefined,
    refused: (row.refused as Refusal | null) ?? undefined,
    bodies: (row.bodies as BodiesKept | null) ?? undefined,
    replayOf: row.replay_of ?? undefined,
    attempts: JSON.parse(row.attempts) as readonly AttemptRecord[],
    dropped: JSON.parse(row.dropped) as readonly DroppedField[],
    hooks: row.hooks === null ? undefined : (JSON.parse(row.hooks) as readonly HookRecord[]),
  });
}

function countsOf(row: Selectable<TraceTable>) {
  return {
    inputTokens: row.input_tokens ?? undefined,
    cachedTokens: row.cached_tokens ?? undefined,
    reasoningTokens: row.reasoning_tokens ?? undefined,
    isEstimated: row.is_estimated === 1 ? true : undefined,
    cost: row.cost ?? undefined,
  };
}

function findingsOf(row: Selectable<TraceTable>) {
  const { tools, bad_calls: badCalls, finish, parent, reply_id: replyId } = row;
  return {
    tools: tools === null ? undefined : (JSON.parse(tools) as readonly string[]),
    badCalls: badCalls ?? undefined,
    finish: finish ?? undefined,
    replyId: replyId ?? undefined,
    parent: parent ?? undefined,
  };
}
