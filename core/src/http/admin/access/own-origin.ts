import type { Context } from 'koa';
import { isConsoleApart } from '../../../config/sections/console.ts';
import type { AdminDeps } from '../deps.ts';

/** Other sites can make a browser send requests, but not with custom headers, nor from the console's origin. */
export function isOwnRequest(ctx: Context, deps: Pick<AdminDeps, 'config' | 'proxies'>): boolean {
  return (
    ctx.get('x-dragoman-csrf') === '1' &&
    ['', 'same-origin', 'none'].includes(ctx.get('sec-fetch-site')) &&
    isOwnOrigin(ctx, deps)
  );
}

function isOwnOrigin(ctx: Context, { config, proxies }: Pick<AdminDeps, 'config' | 'proxies'>): boolean {
  const origin = ctx.get('origin');
  if (origin === '') return true;
  // A console with its own address is not at the public URL.
  if (origin === config.server.publicUrl && !isConsoleApart(config.console)) return true;
  return URL.canParse(origin) && new URL(origin).host === proxies.host(ctx.req);
}
