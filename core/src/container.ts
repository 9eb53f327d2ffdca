import './reflect.ts';
import {
  container as root,
  type DependencyContainer,
  instanceCachingFactory,
  type InjectionToken,
} from 'tsyringe';
import { join } from 'node:path';
import { openAuditLog } from './audit/audit-log.ts';
import { createLiveConfig } from './config/live.ts';
import type { ResolvedConfig } from './config/resolved.ts';
import { createConversations } from './conversations/conversations.ts';
import { openRecords } from './conversations/records.ts';
import { readSpace, type Space, watchDiskSpace } from './disk-space.ts';
import { createFileFetcher, type FileFetcher, NO_FILES } from './transport/fetch/fetch-files.ts';
import { publicOrIn } from './transport/fetch/public-address.ts';
import { openLedger } from './limits/ledger.ts';
import { createLimiter } from './limits/limiter.ts';
import { createMemoryCoordinator } from './limits/memory-coordinator.ts';
import { createPrices } from './limits/prices.ts';
import { createLogs } from './log/log.ts';
import { createRegistry } from './plugin/registry.ts';
import type { RoutingConfig } from './config/routing.ts';
import { credentialNames } from './http/access/credentials.ts';
import { createAliases } from './catalogue/aliases.ts';
import { createCatalogue } from './catalogue/catalogue.ts';
import { type Clock, systemClock } from './timing/clock.ts';
import { createGates } from './upstreams/gates.ts';
import { createHealthBoard } from './upstreams/health.ts';
import { createRouter } from './routing/router.ts';
import { createUpstreams } from './upstreams/upstreams.ts';
import { createKeyRing } from './state/keys.ts';
import { openOwnedIds } from './state/owned-ids.ts';
import { openSecretBox } from './state/secrets/secrets.ts';
import { openStateStore } from './state/store.ts';
import { KnownSecrets } from './state/secrets/known-secrets.ts';
import { createTraces, NO_TRACES, type Traces, type TracesInput } from './trace/traces.ts';
import * as tokens from './container-tokens.ts';
import { createHttpPools } from './transport/pools.ts';

/** What tests put in the place of the machine's own. */
export interface Surroundings {
  readonly clock?: Clock;
  /** Between 0 and 1, as `Math.random`. */
  readonly random?: () => number;
  /** Free space of the data folder's file system. */
  readonly freeSpace?: () => Promise<Space>;
}

/**
 * The composition root: the one place that knows how the services hang together. Each gateway has a container
 * of its own, so that several can run in one process. What has to be opened is awaited before it is registered.
 */
export async function createContainer(
  config: ResolvedConfig,
  { clock = systemClock, random = Math.random, freeSpace }: Surroundings = {},
): Promise<DependencyContainer> {
  const container = root.createChildContainer();
  const known = new KnownSecrets();
  const { log, request, sink } = createLogs(config.log, {
    secrets: () => known.all,
    credentials: credentialNames(config.plugins).headers,
  });
  const folder = config.data;
  const { now, steady = now } = clock;
  container.register(tokens.CONFIG, { useValue: config });
  const live = createLiveConfig(config);
  container.register(tokens.LIVE_CONFIG, { useValue: live });
  container.register(tokens.CLOCK, { useValue: clock });
  container.register(tokens.LOG, { useValue: log });
  container.register(tokens.REQUEST_LOG, { useValue: request });
  container.register(tokens.LOG_SINK, { useValue: sink });
  const secrets = await openSecretBox({ folder, ...(config.secret && { secret: config.secret }) });
  container.register(tokens.SECRETS, { useValue: secrets });
  const state = await openStateStore({ folder, log, secrets });
  container.register(tokens.STATE, { useValue: state });
  const audit = await openAuditLog({ folder, log, now, steady, ...config.audit });
  container.register(tokens.AUDIT, { useValue: audit });
  const disk = await watchDiskSpace({ log, read: freeSpace ?? readSpace(folder) });
  container.register(tokens.DISK_SPACE, { useValue: disk });
  const { maxBytesPerKey, ...bounds } = config.conversations;
  const records = await openRecords({
    ...{ ...bounds, maxBytesPerOwner: maxBytesPerKey },
    ...{ folder: join(folder, 'conversations'), now, steady },
    isDiskLow: () => disk.isLow,
  });
  container.register(tokens.CONVERSATIONS, {
    useValue: createConversations(records, config.server.bodyLimit, log),
  });
  const ownedIds = await openOwnedIds({ folder, log });
  container.register(tokens.OWNED_IDS, { useValue: ownedIds });
  once(container, tokens.REGISTRY, () => createRegistry(config.plugins));
  once(container, tokens.POOLS, () => createHttpPools(fileFetcherOf(config)));
  once(container, tokens.KEYS, (c) => createKeyRing({ store: c.resolve(tokens.STATE), now }));
  once(container, tokens.UPSTREAMS, (c) =>
    createUpstreams({
      live,
      registry: c.resolve(tokens.REGISTRY),
      state: c.resolve(tokens.STATE),
      secrets: c.resolve(tokens.SECRETS),
      known,
      pools: c.resolve(tokens.POOLS),
      log,
      now: steady,
    }),
  );
  // Asked for every request, so the container is not.
  const routing = (): RoutingConfig => live.get().routing;
  once(container, tokens.HEALTH, () => createHealthBoard(() => routing().breaker));
  once(container, tokens.GATES, () => createGates());
  once(container, tokens.ALIASES, (c) => createAliases(live, c.resolve(tokens.STATE)));
  once(container, tokens.CATALOGUE, (c) => {
    const aliases = c.resolve(tokens.ALIASES);
    return createCatalogue({
      upstreams: c.resolve(tokens.UPSTREAMS),
      health: c.resolve(tokens.HEALTH),
      aliases: () => aliases.all(),
      routing,
    });
  });
  const ledger = await openLedger({ folder, log, now, steady });
  const coordinator = createMemoryCoordinator({ now, ledger });
  container.register(tokens.UNUSABLE, {
    useValue: [...state.unusable, ...ledger.unusable, ...ownedIds.unusable],
  });
  once(container, tokens.LIMITER, () => createLimiter(coordinator, now));
  once(container, tokens.PRICES, () => createPrices(() => live.get().prices));
  once(container, tokens.TRACES, () => openTraces(config, { log, secrets: () => known.all }));
  once(container, tokens.ROUTER, (c) =>
    createRouter({
      catalogue: c.resolve(tokens.CATALOGUE),
      health: c.resolve(tokens.HEALTH),
      pools: c.resolve(tokens.POOLS),
      gates: c.resolve(tokens.GATES),
      clock: { ...clock, now: steady },
      random,
      routing,
      limiter: c.resolve(tokens.LIMITER),
      prices: c.resolve(tokens.PRICES),
    }),
  );
  return container;
}

function once<T>(
  container: DependencyContainer,
  token: InjectionToken<T>,
  create: (container: DependencyContainer) => T,
): void {
  container.register(token, { useFactory: instanceCachingFactory(create) });
}

function openTraces(
  { data, plugins, traces }: ResolvedConfig,
  { log, secrets }: Required<Pick<TracesInput, 'log' | 'secrets'>>,
): Traces {
  const { record, maxAgeMs, maxCount, maxBytes, redact, keepMedia } = traces;
  if (record === 'off') return NO_TRACES;
  return createTraces({
    folder: data,
    retention: { maxAgeMs, maxCount, maxBytes },
    rules: { ...redact, keepMedia, credentials: credentialNames(plugins) },
    readers: plugins.flatMap(({ wireReaders }) => wireReaders ?? []),
    ...{ log, secrets },
  });
}

function fileFetcherOf({ fetch: { enabled, allow, ...limits } }: ResolvedConfig): FileFetcher {
  return enabled ? createFileFetcher({ ...limits, mayConnect: publicOrIn(allow) }) : NO_FILES;
}
