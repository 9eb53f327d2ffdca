import type { Context } from 'koa';
import type { HeaderMap, Protocol } from '@dragoman/plugin';
import { spokenProtocol } from './spoken-protocol.ts';

/**
 * The protocol of an error if no endpoint serves the request: of the protocols with a path that begins like the
 * request's, the one whose clients send such headers, else the one with the most segments in common, else the first.
 */
export function expectedProtocol(protocols: readonly Protocol[], ctx: Context): Protocol | undefined {
  const path = ctx.path.split('/').slice(1);
  const near = protocols
    .map((protocol) => ({ protocol, shared: sharedSegments(protocol, path) }))
    .filter(({ shared }) => shared > 0)
    .toSorted((a, b) => b.shared - a.shared)
    .map(({ protocol }) => protocol);
  return spokenProtocol(near, ctx.req.headers as HeaderMap) ?? near[0];
}

/** How many segments a path has in common with one of a protocol, at most. */
function sharedSegments({ endpoints }: Protocol, path: readonly string[]): number {
  return Math.max(0, ...endpoints.map((endpoint) => commonStart(endpoint.path.split('/').slice(1), path)));
}

function commonStart(pattern: readonly string[], path: readonly string[]): number {
  const end = pattern.findIndex((segment, at) => segment === '' || segment !== path[at]);
  return end < 0 ? pattern.length : end;
}
