import { timingSafeEqual } from 'node:crypto';
import Router from '@koa/router';
import type { Context } from 'koa';
import { GatewayError } from '../canonical/errors.ts';
import { isLoopback } from '../transport/loopback.ts';
import type { Metrics } from './metrics.ts';

/** Serves `/metrics`: with a token to whoever has it, without one to this machine only. */
export function createMetricsRouter(metrics: Metrics, token: string | undefined): Router {
  const router = new Router();
  router.get('/metrics', async (ctx) => {
    admit(ctx, token);
    const { text, contentType } = await metrics.expose();
    ctx.type = contentType;
    ctx.body = text;
  });
  return router;
}

function admit({ req }: Context, token: string | undefined): void {
  if (token === undefined) {
    // A proxy on this machine speaks for somebody else.
    const isProxied = req.headers['x-forwarded-for'] !== undefined || req.headers.forwarded !== undefined;
    if (isLoopback(req.socket.remoteAddress ?? '') && !isProxied) return;
    const message = 'Metrics are shown to this machine only, unless metrics.token is set in the config file.';
    throw new GatewayError('permission', message);
  }
  const sent = Buffer.from(req.headers.authorization ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  if (sent.length === wanted.length && timingSafeEqual(sent, wanted)) return;
  throw new GatewayError('auth', 'Metrics need the token of metrics.token, as a Bearer token.');
}
