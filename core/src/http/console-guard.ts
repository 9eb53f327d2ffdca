import type { Middleware } from 'koa';
import { GatewayError } from '@dragoman/plugin';
import { PASS_HEADER } from './access/passes.ts';

/** What the console's own address serves; its pages read the gateway's health, too. */
const OF_CONSOLE = /^\/(?:(?:console|admin)(?:\/|$)|(?:healthz?|readyz)$)/;

/**
 * At an address of the console alone, protocol routes serve only its playground, which sends a pass in a header. No link
 * and no page of another site can send that header.
 */
export const refuseClients: Middleware = (ctx, next) => {
  if (ctx.path === '/') {
    ctx.redirect('/console/');
    return undefined;
  }
  if (OF_CONSOLE.test(ctx.path) || ctx.req.headers[PASS_HEADER] !== undefined) return next();
  throw new GatewayError('not-found', 'This address serves only the console; clients use another one.', {
    code: 'unknown_url',
  });
};
