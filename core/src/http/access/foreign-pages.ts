import type { Middleware } from 'koa';
import { GatewayError } from '@dragoman/plugin';

/**
 * Refuses requests from pages of other sites. Without keys, such a page could spend, upload and cancel blindly: simple
 * requests need no CORS permission. Links to the console are navigations, which protocol routes refuse themselves.
 */
export function refuseForeignPages(allowed: '*' | readonly string[]): Middleware {
  return (ctx, next) => {
    const { origin, host = '', 'sec-fetch-site': site, 'sec-fetch-mode': mode } = ctx.req.headers;
    const isAllowed = allowed === '*' || (origin !== undefined && allowed.includes(origin));
    if (isAllowed || mode === 'navigate') return next();
    const isForeign =
      origin === undefined ? site === 'cross-site' || site === 'same-site' : !isOrigin(origin, host);
    if (!isForeign) return next();
    throw new GatewayError(
      'permission',
      'Without authentication, this gateway refuses requests from pages of other sites unless server.cors lists their origin.',
      { refused: 'foreign-host' },
    );
  };
}

function isOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}
