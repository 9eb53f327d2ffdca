import type { DependencyContainer } from 'tsyringe';
import manifest from '../../package.json' with { type: 'json' };
import { ConfigError } from '../validation/config-error.ts';
import { defined } from '@dragoman/plugin';
import { createOpaqueBoxes } from '../http/base/opaque-boxes.ts';
import { isBehindProxy } from '../config/exposure.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { isConsoleApart } from '../config/sections/console.ts';
import { expectedProtocol } from '../http/access/expected-protocol.ts';
import { createAdmin } from '../http/admin/admin.ts';
import { createConsoleFiles } from '../http/console-files.ts';
import { createProtocolRouter } from '../http/endpoints/routes.ts';
import { createInfoRouter } from '../http/info.ts';
import { createMetricsRouter } from '../http/metrics/router.ts';
import { createServers } from '../http/servers.ts';
import type { Tls } from '../http/tls.ts';
import { createTextCounters } from '../metering/text-tokens.ts';
import { createToolCallMemory } from '../serving/tool-call-memory.ts';
import { type Get, once } from './once.ts';
import * as tokens from './tokens.ts';

export interface HttpInput {
  /** Serves only the admin API. */
  readonly adminOnly: boolean;
  /** Whether the configuration can be reloaded. */
  readonly canReload: boolean;
  readonly tls: Tls | undefined;
  /** The folder of the built console. */
  readonly consoleFolder: string | undefined;
}

/** Registers the admin API and the servers. */
export function registerHttp(
  container: DependencyContainer,
  config: ResolvedConfig,
  { adminOnly, canReload, tls, consoleFolder }: HttpInput,
): void {
  once(container, tokens.ADMIN, (get) => adminOf(get, config, canReload));
  once(container, tokens.SERVERS, (get) => {
    const { protocols } = get(tokens.REGISTRY);
    const [fallback] = protocols;
    if (!fallback) {
      const message = 'no plugin contributes a protocol, so no client could be served';
      throw new ConfigError(config.file ?? 'the given value', [{ path: 'plugins', message }]);
    }
    const { now, steady = now } = get(tokens.CLOCK);
    return createServers({
      ...{ config, fallback, now, steady },
      log: get(tokens.LOG),
      requestLog: get(tokens.REQUEST_LOG),
      proxies: get(tokens.PROXIES),
      recorder: get(tokens.RECORDER),
      admin: get(tokens.ADMIN).router,
      protocolAt: (ctx) => expectedProtocol(protocols, ctx),
      consoleFiles: createConsoleFiles(consoleFolder),
      ...defined({ tls }),
      ...(!adminOnly && {
        protocols: protocolRouterOf(get, config),
        info: infoRouterOf(get, config),
        metrics: metricsRouterOf(get, config),
      }),
    });
  });
}

function adminOf(get: Get, config: ResolvedConfig, canReload: boolean): ReturnType<typeof createAdmin> {
  const { now, sleep, steady = now } = get(tokens.CLOCK);
  // The servers mount the admin API, and know their addresses only when they listen.
  const addresses = () => get(tokens.SERVERS).addresses;
  return createAdmin({
    config,
    audit: get(tokens.AUDIT),
    registry: get(tokens.REGISTRY),
    pluginFaults: get(tokens.PLUGIN_FAULTS),
    upstreams: get(tokens.UPSTREAMS),
    hooks: get(tokens.HOOKS),
    catalogue: get(tokens.CATALOGUE),
    aliases: get(tokens.ALIASES),
    health: get(tokens.HEALTH),
    gates: get(tokens.GATES),
    limiter: get(tokens.LIMITER),
    prices: get(tokens.PRICES),
    traces: get(tokens.TRACES),
    keys: get(tokens.KEYS),
    state: get(tokens.STATE),
    secrets: get(tokens.SECRETS),
    pools: get(tokens.POOLS),
    log: get(tokens.LOG),
    ...{ now: steady, sleep },
    passes: get(tokens.PASSES),
    bodies: get(tokens.BODIES),
    uploads: get(tokens.UPLOADS),
    sessions: get(tokens.SESSIONS),
    proxies: get(tokens.PROXIES),
    stopping: get(tokens.STOPPING).signal,
    reload: canReload ? get(tokens.RELOAD) : undefined,
    version: manifest.version,
    localToken: get(tokens.LOCAL_TOKEN),
    baseUrl: () => addresses()?.innerUrl ?? '',
    publicUrl: () => config.server.publicUrl ?? addresses()?.url ?? '',
    consoleUrl: () => addresses()?.consoleUrl ?? '',
  });
}

function protocolRouterOf(get: Get, config: ResolvedConfig): ReturnType<typeof createProtocolRouter> {
  const live = get(tokens.LIVE_CONFIG);
  const { bodyLimit, keepAliveMs, cors } = config.server;
  return createProtocolRouter(get(tokens.REGISTRY).plugins, {
    ...{ bodyLimit, keepAliveMs, cors, auth: config.auth, version: manifest.version },
    catalogue: get(tokens.CATALOGUE),
    upstreams: get(tokens.UPSTREAMS),
    keys: get(tokens.KEYS),
    pools: get(tokens.POOLS),
    log: get(tokens.LOG),
    now: get(tokens.CLOCK).now,
    bodies: get(tokens.BODIES),
    uploads: get(tokens.UPLOADS),
    passes: get(tokens.PASSES),
    recorder: get(tokens.RECORDER),
    running: get(tokens.RUNNING),
    opaque: createOpaqueBoxes(get(tokens.SECRETS).deriveKey('opaque')),
    toolCallMemory: createToolCallMemory(),
    router: get(tokens.ROUTER),
    hooks: get(tokens.HOOKS),
    routing: () => live.get().routing,
    conversations: get(tokens.CONVERSATIONS),
    ownedIds: get(tokens.OWNED_IDS),
    textCounter: createTextCounters(config.plugins.flatMap(({ tokenizers = [] }) => tokenizers)),
    credentialHeaders: get(tokens.CREDENTIALS).headers,
  });
}

function infoRouterOf(get: Get, config: ResolvedConfig): ReturnType<typeof createInfoRouter> {
  const [traces, disk, logSink] = [get(tokens.TRACES), get(tokens.DISK_SPACE), get(tokens.LOG_SINK)];
  const { signal } = get(tokens.STOPPING);
  return createInfoRouter({
    name: 'Dragoman',
    version: manifest.version,
    auth: config.auth,
    credentialHeaders: get(tokens.CREDENTIALS).headers,
    protocols: get(tokens.REGISTRY).protocols,
    hasConsole: !isConsoleApart(config.console),
    isReady: () => !signal.aborted,
    traces: () => traces.status(),
    isDiskLow: () => disk.isLow,
    logStatus: () => logSink.status(),
    unusableRows: get(tokens.UNUSABLE).length,
  });
}

function metricsRouterOf(
  get: Get,
  config: ResolvedConfig,
): ReturnType<typeof createMetricsRouter> | undefined {
  const metrics = get(tokens.METRICS);
  if (!metrics) return undefined;
  return createMetricsRouter(metrics, { ...config.metrics, isBehindProxy: isBehindProxy(config.server) });
}
