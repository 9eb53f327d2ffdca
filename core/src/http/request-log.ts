import { recordedName } from '../routing/name-length.ts';
import type { Context } from 'koa';
import type { RequestLog } from '../log.ts';
import type { RequestState } from './exchange.ts';
import type { Proxies } from './proxies.ts';
import { isAborted, statusOf } from './reply-state.ts';

interface Logged {
  /** How long it took. */
  readonly ms: number;
  readonly proxies: Proxies;
}

/** Writes a request's one line. The query stays out: clients put keys there. */
export function logRequest(log: RequestLog, ctx: Context, { ms, proxies }: Logged): void {
  const { requestId, clientRequestId, notes, key, refused } = ctx.state as RequestState;
  const { usage, dropped } = notes;
  // JSON leaves out what is undefined.
  log({
    requestId,
    clientRequestId,
    method: ctx.method,
    path: ctx.path,
    status: statusOf(ctx),
    ms: Math.round(ms),
    ip: proxies.clientAddress(ctx.req),
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
  });
}
