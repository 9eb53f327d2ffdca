import { recordedName } from '../catalogue/name-length.ts';
import type { Context } from 'koa';
import { INFO, type RequestLog } from '../log/log.ts';
import type { RequestState } from './base/request-state.ts';
import { isAborted, statusOf } from './base/reply-state.ts';

/** Writes a request's one line. The query stays out: clients put keys there. */
export function logRequest(log: RequestLog, ctx: Context, milliseconds: number): void {
  const { requestId, clientRequestId, address, notes, key, refused } = ctx.state as RequestState;
  const { usage, dropped } = notes;
  // JSON leaves out what is undefined.
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
    model: recordedName(notes.model),
    thread: notes.thread,
    upstream: notes.upstream,
    upstreamModel: notes.upstreamModel,
    attempts: notes.attempts || undefined,
    inputTokens: usage?.input,
    outputTokens: usage?.output,
    error: notes.errorKind ?? (isAborted(ctx) ? 'cancelled' : undefined),
    refused,
    dropped: dropped.length > 0 ? dropped.map(({ field }) => field) : undefined,
    msg: 'request',
  });
}
