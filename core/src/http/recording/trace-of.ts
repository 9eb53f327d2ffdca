import { recordedName } from '../../catalogue/name-length.ts';
import type { Context } from 'koa';
import type { Prices } from '../../limits/prices.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { Outcome } from '@dragoman/plugin/internal/canonical/trace-record';
import type { RequestRecord } from '../../routing/request-record.ts';
import { tokensPerSecond } from '../../trace/speed.ts';
import type { RequestState } from '../base/request-state.ts';
import { isAborted, statusOf } from '../base/reply-state.ts';

export interface TraceInput {
  readonly prices: Prices;
  readonly outcome: Outcome;
}

/** Builds the record of a request from what was noted while it was served. */
export function traceOf(ctx: Context, { prices, outcome }: TraceInput): TraceRecord {
  const { requestId, clientRequestId, address, startedAt, record, key, protocol, replayOf, refused } =
    ctx.state as RequestState;
  const { usage, upstream } = record;
  const now = performance.now();
  const ms = now - record.arrivedAt;
  return {
    id: requestId,
    clientRequestId,
    startedAt,
    ms,
    method: ctx.method,
    path: ctx.path,
    protocol: protocol.name,
    ip: address,
    userAgent: (ctx.req.headers['user-agent'] ?? '').slice(0, 256),
    keyId: key?.id,
    keyName: key?.name,
    model: recordedName(record.model)?.toWellFormed(),
    thread: record.thread?.toWellFormed(),
    upstream,
    upstreamModel: record.upstreamModel?.toWellFormed(),
    status: statusOf(ctx),
    outcome,
    errorKind: record.errorKind,
    errorCode: record.errorCode,
    refused,
    ttftMs: record.ttftMs,
    overheadMs: record.overheadMs,
    inputTokens: usage?.input,
    outputTokens: usage?.output,
    cachedTokens: usage?.cacheRead,
    reasoningTokens: usage?.reasoning,
    isEstimated: usage?.estimated,
    tokensPerSecond: tokensPerSecond({ ms, ttftMs: record.ttftMs, outputTokens: usage?.output }),
    cost: costOf(record, prices),
    replayOf,
    attempts: record.attemptRecords,
    dropped: record.dropped,
    hooks: record.hooks,
  };
}

/** What a hook answers costs nothing, whatever usage its reply reports. */
function costOf({ usage, served, isSpared }: RequestRecord, prices: Prices): number | undefined {
  if (isSpared) return 0;
  return usage && served ? prices.costOf(usage, served.priced) : undefined;
}

export function outcomeOf(ctx: Context): Outcome {
  const { record, refused } = ctx.state as RequestState;
  if (refused) return 'refused';
  if (record.errorKind === 'interrupted') return 'interrupted';
  if (isAborted(ctx)) return 'aborted';
  return record.errorKind === undefined ? 'ok' : 'error';
}
