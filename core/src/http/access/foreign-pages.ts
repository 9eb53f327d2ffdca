import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from 'koa';
import { GatewayError } from '@dragoman/plugin';

/**
 * Refuses requests from pages of other sites. Without keys, such a page could spend, upload and cancel blindly: simple
 * requests need no CORS permission. Links to the console are navigations, which protocol routes refuse themselves.
 */
export function refuseForeignPages(allowed: '*' | readonly string[]): Middleware {
  return (ctx, next) => {
    const { origin, 'sec-fetch-mode': mode } = ctx.req.headers;
    const isAllowed = allowed === '*' || (origin !== undefined && allowed.includes(origin));
    if (isAllowed || mode === 'navigate' || !isFromForeignPage(ctx.req.headers)) return next();
    throw new GatewayError(
      'permission',
      'Without authentication, this gateway refuses requests from pages of other sites unless server.cors lists their origin.',
      { refused: 'foreign-host' },
    );
  };
}

/** Whether a page of another site sent the request. */
export function isFromForeignPage(headers: IncomingHttpHeaders): boolean {
  const { origin, host = '', 'sec-fetch-site': site } = headers;
  if (origin === undefined) return site === 'cross-site' || site === 'same-site';
  return !isOrigin(origin, host);
}

function isOrigin(origin: string, host: string): boolean {
  return URL.canParse(origin) && new URL(origin).host === host;
}

/**
 * Refuses a key that a browser may have sent by itself, from a page of another site: the page need not know it. `*` in
 * `server.cors` does not mean that such a page may act in the name of whoever opened it.
 */
export function refuseAmbient(headers: IncomingHttpHeaders, allowed: '*' | readonly string[]): void {
  const isListed = allowed !== '*' && headers.origin !== undefined && allowed.includes(headers.origin);
  if (isListed || !isFromForeignPage(headers)) return;
  throw new GatewayError(
    'permission',
    'Pages of other sites may send their key only as `Authorization: Bearer`, unless server.cors lists their origin.',
    { refused: 'foreign-host' },
  );
}
