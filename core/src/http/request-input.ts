import type { Context } from 'koa';
import type { JsonObject } from '../canonical/json.ts';
import type { RequestInput } from '../plugin/plugin.ts';
import type { RouteDeps } from './routes.ts';
import type { HeaderMap } from '../transport/http.ts';

/** What an endpoint decodes, from a matched route. */
export function requestInput(
  ctx: Context,
  body: JsonObject,
  { opaque }: Pick<RouteDeps, 'opaque'>,
): RequestInput {
  const { params } = ctx as Context & { readonly params: Record<string, string> };
  return {
    body,
    params,
    get query() {
      return new URLSearchParams(ctx.querystring);
    },
    headers: ctx.req.headers as HeaderMap,
    opaque,
  };
}
