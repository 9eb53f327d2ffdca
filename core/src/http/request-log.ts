import { recordedName } from '../catalogue/name-length.ts';
import type { Context } from 'koa';
import { INFO, type RequestLog } from '../log/log.ts';
import type { RequestState } from './base/request-state.ts';
import { isAborted, statusOf } from './base/reply-state.ts';

/** Writes the log line of a request. The query is left out: clients put keys there. */
export function logRequest(log: RequestLog, ctx: Context, milliseconds: number): void {
  const { requestId, clientRequestId, address, record, key, refused } = ctx.state as RequestState;
  const { usage, dropped } = record;
  // JSON omits what is undefined.
  log({
    level: INFO,
    time: new Date().toISOString(),
    requestId,
    clientRequestId,
    method: ctx.method,
    path: ctx.path,
    status: statusOf(ctx),
    ms: Math.round(milliseconds),
    ip: address,
    key: key?.prefix,
    model: recordedName(record.model),
    thread: record.thread,
    upstream: record.upstream,
    upstreamModel: record.upstreamModel,
    attempts: record.attempts || undefined,
    inputTokens: usage?.input,
    outputTokens: usage?.output,
    error: record.errorKind ?? (isAborted(ctx) ? 'cancelled' : undefined),
    refused,
    dropped: dropped.length > 0 ? dropped.map(({ field }) => field) : undefined,
    msg: 'request',
  });
}
