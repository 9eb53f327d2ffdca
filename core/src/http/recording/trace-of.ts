import { recordedName } from '../../catalogue/name-length.ts';
import type { Context } from 'koa';
import type { Prices } from '../../limits/prices.ts';
import type { Outcome, TraceRecord } from '../../canonical/trace-record.ts';
import { tokensPerSecond } from '../../trace/speed.ts';
import type { RequestState } from '../base/request-state.ts';
import { isAborted, statusOf } from '../base/reply-state.ts';

export interface TraceInput {
  readonly prices: Prices;
  readonly outcome: Outcome;
}

/** What is recorded of a request, from what was noted while it was served. */
export function traceOf(ctx: Context, { prices, outcome }: TraceInput): TraceRecord {
  const { requestId, clientRequestId, address, startedAt, notes, key, protocol, replayOf, refused } =
    ctx.state as RequestState;
  const { usage, served, upstream } = notes;
  const now = performance.now();
  const ms = now - notes.arrivedAt;
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
    model: recordedName(notes.model)?.toWellFormed(),
    thread: notes.thread?.toWellFormed(),
    upstream,
    upstreamModel: notes.upstreamModel?.toWellFormed(),
    status: statusOf(ctx),
    outcome,
    errorKind: notes.errorKind,
    errorCode: notes.errorCode,
    refused,
    ttftMs: notes.ttftMs,
    overheadMs: notes.overheadMs,
    inputTokens: usage?.input,
    outputTokens: usage?.output,
    cachedTokens: usage?.cacheRead,
    reasoningTokens: usage?.reasoning,
    isEstimated: usage?.estimated,
    tokensPerSecond: tokensPerSecond({ ms, ttftMs: notes.ttftMs, outputTokens: usage?.output }),
    cost: usage && served ? prices.costOf(usage, served.priced) : undefined,
    replayOf,
    attempts: notes.tries,
    dropped: notes.dropped,
  };
}

export function outcomeOf(ctx: Context): Outcome {
  const { notes, refused } = ctx.state as RequestState;
  if (refused) return 'refused';
  if (notes.errorKind === 'interrupted') return 'interrupted';
  if (isAborted(ctx)) return 'aborted';
  return notes.errorKind === undefined ? 'ok' : 'error';
}
