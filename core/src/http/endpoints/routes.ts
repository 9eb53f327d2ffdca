import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Endpoint, Plugin, Protocol, RelayEndpoint } from '@dragoman/plugin';
import { serveChat } from './chat.ts';
import { serveCountTokens } from './count-tokens.ts';
import { serveEmbed } from './embed.ts';
import { serveGetModel, serveListModels } from './models.ts';
import { serveRelay } from './relay/relay.ts';
import { serveStatic } from './static.ts';
import { serveStoredReply } from './conversation/stored-replies.ts';
import type { RouteDeps } from './route-deps.ts';
import { createAppRouter } from '../base/create-app-router.ts';

/** Mounts the endpoints of all protocols: selective ones first, relays, which match everything else, last. */
export function createProtocolRouter(plugins: readonly Plugin[], deps: RouteDeps): Router {
  const router = createAppRouter();
  const routes = plugins.flatMap((plugin) =>
    (plugin.protocols ?? []).flatMap((protocol) =>
      protocol.endpoints.map((endpoint) => ({ plugin, protocol, endpoint })),
    ),
  );
  const rank = ({ endpoint }: (typeof routes)[number]): number => {
    if ('accepts' in endpoint) return 0;
    return endpoint.operation === 'relay' ? 2 : 1;
  };
  for (const { plugin, protocol, endpoint } of routes.toSorted((a, b) => rank(a) - rank(b))) {
    const others = plugins.flatMap((other) => (other === plugin ? [] : (other.protocols ?? [])));
    const handler =
      endpoint.operation === 'relay'
        ? serveRelay({ protocol, endpoint, others }, deps)
        : serve(protocol, endpoint, deps);
    if (endpoint.method === 'ANY') router.all(endpoint.path, handler);
    else router.register(endpoint.path, [endpoint.method], handler);
  }
  return router;
}

function serve(protocol: Protocol, endpoint: Exclude<Endpoint, RelayEndpoint>, deps: RouteDeps): Middleware {
  switch (endpoint.operation) {
    case 'chat':
      return serveChat(protocol, endpoint, deps);
    case 'count-tokens':
      return serveCountTokens(protocol, endpoint, deps);
    case 'embed':
      return serveEmbed(protocol, endpoint, deps);
    case 'list-models':
      return serveListModels(protocol, endpoint, deps);
    case 'get-model':
      return serveGetModel(protocol, endpoint, deps);
    case 'stored-reply':
      return serveStoredReply(protocol, endpoint, deps);
    case 'static':
      return serveStatic(protocol, endpoint, deps);
  }
}
