import type { Context } from 'koa';
import type { HeaderMap, Protocol } from '@dragoman/plugin';
import { spokenProtocol } from './spoken-protocol.ts';

/**
 * The protocol of an error if no endpoint serves the request: of the protocols below the first segment of its path, the
 * one whose clients send such headers, else the first.
 */
export function expectedProtocol(protocols: readonly Protocol[], ctx: Context): Protocol | undefined {
  const prefix = `${/^\/[^/]*/.exec(ctx.path)?.[0] ?? ''}/`;
  const below = protocols.filter(({ endpoints }) => endpoints.some(({ path }) => path.startsWith(prefix)));
  return spokenProtocol(below, ctx.req.headers as HeaderMap) ?? below[0];
}
