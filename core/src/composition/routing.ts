import type { DependencyContainer } from 'tsyringe';
import { createAliases } from '../catalogue/aliases.ts';
import { createCatalogue } from '../catalogue/catalogue.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import type { RoutingConfig } from '../config/routing.ts';
import { declaredHooks } from '../hooks/declared-hooks.ts';
import { hookFolders } from '../hooks/hook-folders.ts';
import { createHooks } from '../hooks/hooks.ts';
import { createPrices } from '../limits/prices.ts';
import { createLiveRegistry } from '../registry/live-registry.ts';
import { createRouter } from '../routing/router.ts';
import { createKeyRing } from '../state/keys.ts';
import type { KnownSecrets } from '../state/secrets/known-secrets.ts';
import type { Clock } from '../timing/clock.ts';
import { createTraces, NO_TRACES } from '../trace/traces.ts';
import { createFileFetcher, type FileFetcher, NO_FILES } from '../transport/fetch/fetch-files.ts';
import { publicOrIn } from '../transport/fetch/public-address.ts';
import { createHttpPools } from '../transport/pools.ts';
import { createGates } from '../upstreams/gates.ts';
import { createHealthBoard } from '../upstreams/health.ts';
import { createUpstreams } from '../upstreams/upstreams.ts';
import { once } from './once.ts';
import * as tokens from './tokens.ts';

export interface RoutingInput {
  readonly clock: Clock;
  /** From 0 to 1, like `Math.random`. */
  readonly random: () => number;
  readonly known: KnownSecrets;
}

/** Registers routing: access, the upstreams, and what is recorded. */
export function registerRouting(
  container: DependencyContainer,
  config: ResolvedConfig,
  { clock, random, known }: RoutingInput,
): void {
  const { now, steady = now } = clock;
  const log = container.resolve(tokens.LOG);
  const live = container.resolve(tokens.LIVE_CONFIG);
  // Read for every request, so not resolved from the container each time.
  const routing = (): RoutingConfig => live.get().routing;
  once(container, tokens.REGISTRY, () => createLiveRegistry(() => live.get().plugins));
  once(container, tokens.POOLS, () => createHttpPools(fileFetcherOf(config)));
  once(container, tokens.KEYS, (get) => createKeyRing({ store: get(tokens.STATE), now }));
  once(container, tokens.UPSTREAMS, (get) =>
    createUpstreams({
      ...{ live, known, log, clock, now: steady },
      registry: get(tokens.REGISTRY),
      state: get(tokens.STATE),
      secrets: get(tokens.SECRETS),
      stores: get(tokens.STORES),
      pools: get(tokens.POOLS),
    }),
  );
  once(container, tokens.HOOKS, (get) =>
    createHooks({
      ...{ known, log, clock },
      declared: declaredHooks({
        live,
        state: get(tokens.STATE),
        registry: get(tokens.REGISTRY),
        secrets: get(tokens.SECRETS),
      }),
      registry: get(tokens.REGISTRY),
      stores: get(tokens.STORES),
      folderOf: hookFolders(config.data),
      pools: get(tokens.POOLS),
      prices: get(tokens.PRICES),
      upstreams: get(tokens.UPSTREAMS),
    }),
  );
  once(container, tokens.HEALTH, () => createHealthBoard(() => routing().breaker));
  once(container, tokens.GATES, () => createGates());
  once(container, tokens.ALIASES, (get) => createAliases(live, get(tokens.STATE)));
  once(container, tokens.CATALOGUE, (get) => {
    const aliases = get(tokens.ALIASES);
    return createCatalogue({
      upstreams: get(tokens.UPSTREAMS),
      health: get(tokens.HEALTH),
      aliases: () => aliases.all(),
      routing,
    });
  });
  once(container, tokens.PRICES, () => createPrices(() => live.get().prices));
  once(container, tokens.ROUTER, (get) =>
    createRouter({
      catalogue: get(tokens.CATALOGUE),
      health: get(tokens.HEALTH),
      pools: get(tokens.POOLS),
      gates: get(tokens.GATES),
      clock: { ...clock, now: steady },
      random,
      routing,
      limiter: get(tokens.LIMITER),
      prices: get(tokens.PRICES),
    }),
  );
  const { record, maxAgeMs, maxCount, maxBytes, redact, keepMedia } = config.traces;
  once(container, tokens.TRACES, (get) =>
    record === 'off'
      ? NO_TRACES
      : createTraces({
          folder: config.data,
          retention: { maxAgeMs, maxCount, maxBytes },
          rules: { ...redact, keepMedia, credentials: get(tokens.CREDENTIALS) },
          readers: config.plugins.flatMap(({ name, wireReaders }) =>
            wireReaders === undefined ? [] : [{ plugin: name, url: wireReaders }],
          ),
          ...{ log, secrets: () => known.all },
        }),
  );
}

function fileFetcherOf({ fetch: { enabled, allow, ...limits } }: ResolvedConfig): FileFetcher {
  return enabled ? createFileFetcher({ ...limits, mayConnect: publicOrIn(allow) }) : NO_FILES;
}
