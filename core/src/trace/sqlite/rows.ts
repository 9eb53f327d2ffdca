import type { Insertable, Selectable } from 'kysely';
import type { Refusal } from '../../canonical/errors.ts';
import { defined } from '../../canonical/json.ts';
import type {
  AttemptRecord,
  BodiesKept,
  DroppedField,
  Outcome,
  TraceFindings,
  TraceRecord,
} from '../record.ts';
import { tokensPerSecond } from '../speed.ts';
import type { TraceTable } from './tables.ts';

export function toRow(trace: TraceRecord, said: string | undefined): Insertable<TraceTable> {
  return {
    id: trace.id,
    started_at: trace.startedAt,
    ms: trace.ms,
    method: trace.method,
    path: trace.path,
    protocol: trace.protocol,
    ...askerRow(trace),
    model: trace.model ?? null,
    thread: trace.thread ?? null,
    upstream: trace.upstream ?? null,
    upstream_model: trace.upstreamModel ?? null,
    status: trace.status,
    outcome: trace.outcome,
    error_kind: trace.errorKind ?? null,
    ttft_ms: trace.ttftMs ?? null,
    overhead_ms: trace.overheadMs ?? null,
    input_tokens: trace.inputTokens ?? null,
    output_tokens: trace.outputTokens ?? null,
    cached_tokens: trace.cachedTokens ?? null,
    reasoning_tokens: trace.reasoningTokens ?? null,
    is_estimated: trace.isEstimated ? 1 : null,
    cost: trace.cost ?? null,
    attempt_count: trace.attempts.length,
    attempts: JSON.stringify(trace.attempts),
    dropped: JSON.stringify(trace.dropped),
    ...findingsRow(trace),
    bodies: trace.bodies ?? null,
    replay_of: trace.replayOf ?? null,
    said: said ?? null,
    error_code: trace.errorCode ?? null,
  };
}

/** Who asked. */
function askerRow({ ip, userAgent, keyId, keyName, clientRequestId, refused }: TraceRecord) {
  return {
    ip,
    user_agent: userAgent,
    key_id: keyId ?? null,
    key_name: keyName ?? null,
    client_request_id: clientRequestId ?? null,
    refused: refused ?? null,
  };
}

function findingsRow({ tools, badCalls, finish, parent, replyId }: TraceFindings) {
  return {
    tools: tools && tools.length > 0 ? JSON.stringify(tools) : null,
    bad_calls: badCalls ?? null,
    finish: finish ?? null,
    reply_id: replyId ?? null,
    parent: parent ?? null,
  };
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
