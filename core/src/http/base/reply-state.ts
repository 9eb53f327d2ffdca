import type { Context } from 'koa';

/** For a client that disconnected before its reply; not an HTTP status, but customary in logs. */
const CLIENT_LEFT = 499;

/** Whether the connection broke before the reply was complete. */
export function isAborted({ res }: Pick<Context, 'res'>): boolean {
  return res.destroyed && !res.writableFinished;
}

/** The status that the client got or is about to get; 499 if it left first, 0 while there is none. */
export function statusOf(ctx: Pick<Context, 'res' | 'respond' | 'body'>): number {
  const { res, respond, body } = ctx;
  if (res.headersSent) return res.statusCode;
  if (isAborted(ctx)) return CLIENT_LEFT;
  // Koa's default is 404.
  return respond === false || body === undefined ? 0 : res.statusCode;
}
