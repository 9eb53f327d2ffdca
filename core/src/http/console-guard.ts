import type { Middleware } from 'koa';
import { GatewayError } from '../canonical/errors.ts';
import { PASS_HEADER } from './passes.ts';

/** What the console's own address is for; its pages ask for the gateway's health, too. */
const OF_CONSOLE = /^\/(?:(?:console|admin)(?:\/|$)|(?:healthz?|readyz)$)/;

/**
 * Where the console has an address of its own, protocol routes serve its playground, which brings a pass in a
 * header, and nobody else: no link and no page of another site can send that header.
 */
export const refuseClients: Middleware = (ctx, next) => {
  if (ctx.path === '/') {
    ctx.redirect('/console/');
    return undefined;
  }
  if (OF_CONSOLE.test(ctx.path) || ctx.req.headers[PASS_HEADER] !== undefined) return next();
  throw new GatewayError('not-found', 'This is the address of the console; clients call another one.', {
    code: 'unknown_url',
  });
};
