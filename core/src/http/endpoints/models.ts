import type { Context, Next } from 'koa';
import {
  GatewayError,
  type GetModelEndpoint,
  type HeaderMap,
  type ListModelsEndpoint,
  type Protocol,
} from '@dragoman/plugin';
import { openExchange } from './open-exchange.ts';
import { jsonReply } from './json-reply.ts';
import { requestInput } from './request-input.ts';
import { respond } from './respond.ts';
import type { RouteDeps } from './route-deps.ts';

/** Lists the models that the client's key may use. */
export function serveListModels(protocol: Protocol, endpoint: ListModelsEndpoint, deps: RouteDeps) {
  return async (ctx: Context, next: Next): Promise<void> => {
    if (!isMeant(ctx, endpoint)) return next();
    const { key } = openExchange(ctx, deps, { protocol, endpoint });
    const models = await deps.catalogue.models(key);
    ctx.respond = false;
    await respond(
      ctx,
      jsonReply(endpoint.encodeModels(models, requestInput(ctx, {}, deps.opaque(key?.id ?? '')))),
    );
  };
}

/** Shows one model, by any name that a request may use. */
export function serveGetModel(protocol: Protocol, endpoint: GetModelEndpoint, deps: RouteDeps) {
  return async (ctx: Context, next: Next): Promise<void> => {
    if (!isMeant(ctx, endpoint)) return next();
    const { key } = openExchange(ctx, deps, { protocol, endpoint });
    const input = requestInput(ctx, {}, deps.opaque(key?.id ?? ''));
    const id = input.params[endpoint.parameter] ?? '';
    const listed = (await deps.catalogue.models(key)).find((model) => model.id === id);
    if (!listed) await deps.catalogue.resolve(id, key);
    if (!id) throw new GatewayError('not-found', 'The path does not name a model.');
    const reply = jsonReply(endpoint.encodeModel(listed ?? { id }, input));
    ctx.respond = false;
    await respond(ctx, reply);
  };
}

function isMeant(ctx: Context, endpoint: ListModelsEndpoint | GetModelEndpoint): boolean {
  return endpoint.accepts?.(ctx.req.headers as HeaderMap) ?? true;
}
