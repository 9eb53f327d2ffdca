import type { IncomingMessage } from 'node:http';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { GatewayError } from '../canonical/errors.ts';
import { hostNameOf, isLoopback } from '../transport/loopback.ts';
import type { Metrics } from './metrics.ts';
import { isForwarded } from '../http/is-forwarded.ts';
import { createAppRouter } from '../http/create-app-router.ts';
import { isSameSecret } from '../http/same-secret.ts';

/** Serves `/metrics`: with a token to whoever has it, without one to this machine only. */
export function createMetricsRouter(metrics: Metrics, token: string | undefined): Router {
  const router = createAppRouter();
  router.get('/metrics', async (ctx) => {
    admit(ctx, token);
    const { text, contentType } = await metrics.expose();
    ctx.type = contentType;
    ctx.body = text;
  });
  return router;
}

/**
 * Whether a request comes from a process on this machine. Proxies on this machine forward for others, and a web page
 * whose host name was made to resolve to this machine sends that name as its host.
 */
function isOfThisMachine({ socket, headers }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    isLoopback(hostNameOf(headers.host ?? '')) &&
    !isForwarded(headers)
  );
}

function admit({ req }: Context, token: string | undefined): void {
  if (token === undefined) {
    if (isOfThisMachine(req)) return;
    const message = 'Metrics are shown to this machine only, unless metrics.token is set in the config file.';
    throw new GatewayError('permission', message);
  }
  if (isSameSecret(req.headers.authorization ?? '', `Bearer ${token}`)) return;
  throw new GatewayError('auth', 'Metrics need the token of metrics.token, as a Bearer token.');
}
