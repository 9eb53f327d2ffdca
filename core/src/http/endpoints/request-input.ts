import type { Context } from 'koa';
import type { HeaderMap, JsonObject, OpaqueBox, RequestInput } from '@dragoman/plugin';

/** The input of an endpoint, from a matched route. */
export function requestInput(ctx: Context, body: JsonObject, opaque: OpaqueBox): RequestInput {
  return new RouteInput(ctx, body, opaque);
}

/** The same request with another body. */
export function withBody(input: RequestInput, body: JsonObject): RequestInput {
  const { params, headers, opaque, query } = input;
  return { body, params, headers, opaque, query };
}

class RouteInput implements RequestInput {
  readonly body: JsonObject;
  readonly params: Readonly<Record<string, string>>;
  readonly headers: HeaderMap;
  readonly opaque: OpaqueBox;
  readonly #ctx: Context;

  constructor(ctx: Context, body: JsonObject, opaque: OpaqueBox) {
    this.#ctx = ctx;
    this.body = body;
    this.params = (ctx as Context & { readonly params: Record<string, string> }).params;
    this.headers = ctx.req.headers as HeaderMap;
    this.opaque = opaque;
  }

  /** Parsed lazily: few endpoints need it. */
  get query(): URLSearchParams {
    return new URLSearchParams(this.#ctx.querystring);
  }
}
