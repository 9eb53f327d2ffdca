import type { IncomingMessage } from 'node:http';
import type Router from '@koa/router';
import type { Context } from 'koa';
import { GatewayError } from '@dragoman/plugin';
import { hostNameOf, isLoopback } from '../../transport/loopback.ts';
import type { Metrics } from '../../metrics/metrics.ts';
import { isForwarded } from '../access/is-forwarded.ts';
import { createAppRouter } from '../base/create-app-router.ts';
import { isSameSecret } from '../access/same-secret.ts';

export interface MetricsAccess {
  readonly token?: string | undefined;
  /** Whether a proxy is configured. One that adds no headers looks like a local process. */
  readonly isBehindProxy: boolean;
}

/** Serves `/metrics`: with a token to whoever has it; without one only to this machine, and to nobody behind a proxy. */
export function createMetricsRouter(metrics: Metrics, access: MetricsAccess): Router {
  const router = createAppRouter();
  router.get('/metrics', async (ctx) => {
    admit(ctx, access);
    const { text, contentType } = await metrics.expose();
    ctx.type = contentType;
    ctx.body = text;
  });
  return router;
}

const OTHER_MACHINE = 'Only this machine can read metrics, unless metrics.token is set in the config file.';
const BEHIND_PROXY =
  'Metrics need a token behind a proxy (server.trustedProxies or server.publicUrl): set metrics.token in the config file.';

/**
 * Whether a request comes from a process on this machine. Local proxies forward for others, and a web page whose host
 * name resolves to this machine sends that name as its host.
 */
function isOfThisMachine({ socket, headers }: IncomingMessage): boolean {
  return (
    isLoopback(socket.remoteAddress ?? '') &&
    isLoopback(hostNameOf(headers.host ?? '')) &&
    !isForwarded(headers)
  );
}

function admit({ req }: Context, { token, isBehindProxy }: MetricsAccess): void {
  if (token === undefined) {
    if (!isBehindProxy && isOfThisMachine(req)) return;
    throw new GatewayError('permission', isBehindProxy ? BEHIND_PROXY : OTHER_MACHINE);
  }
  if (isSameSecret(req.headers.authorization ?? '', `Bearer ${token}`)) return;
  throw new GatewayError('auth', 'Metrics require metrics.token as a Bearer token.');
}
