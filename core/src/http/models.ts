import type { Context } from 'koa';
import { GatewayError } from '../canonical/errors.ts';
import type { GetModelEndpoint, ListModelsEndpoint, Protocol } from '../plugin/plugin.ts';
import { openExchange } from './exchange.ts';
import { requestInput } from './request-input.ts';
import type { RouteDeps } from './routes.ts';

/** Lists what the client's key may use. */
export function serveListModels(protocol: Protocol, endpoint: ListModelsEndpoint, deps: RouteDeps) {
  return async (ctx: Context): Promise<void> => {
    const { key } = openExchange(ctx, deps, { protocol, endpoint });
    ctx.body = endpoint.encodeModels(await deps.catalogue.models(key), requestInput(ctx, {}));
  };
}

/** Shows one model, by any name that a request may use. */
export function serveGetModel(protocol: Protocol, endpoint: GetModelEndpoint, deps: RouteDeps) {
  return async (ctx: Context): Promise<void> => {
    const { key } = openExchange(ctx, deps, { protocol, endpoint });
    const input = requestInput(ctx, {});
    const id = input.params[endpoint.parameter] ?? '';
    const listed = (await deps.catalogue.models(key)).find((model) => model.id === id);
    if (!listed) await deps.catalogue.resolve(id, key);
    if (!id) throw new GatewayError('not-found', 'The path names no model.');
    ctx.body = endpoint.encodeModel(listed ?? { id }, input);
  };
}
