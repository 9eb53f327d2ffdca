import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Context } from 'koa';
import manifest from '../package.json' with { type: 'json' };
import { createGatewayEntries } from './audit/gateway-entries.ts';
import { createOpaqueBoxes } from './codec/opaque.ts';
import type { ResolvedConfig } from './config/resolved.ts';
import { createReloader, type Reload, type ReloaderInput } from './config/reloader.ts';
import { exposureWarning, isBehindProxy } from './config/exposure.ts';
import { defined } from './canonical/json.ts';
import { isConsoleApart } from './config/sections/console.ts';
import { fieldsForRestart } from './config/live.ts';
import { createContainer, type Surroundings } from './container.ts';
import { createAdmin } from './http/admin/admin.ts';
import { viewKey } from './http/admin/operations/keys.ts';
import { createBodyBudget } from './http/base/body-budget.ts';
import { createConsoleFiles } from './http/console-files.ts';
import { createInfoRouter } from './http/info.ts';
import { createPasses } from './http/access/passes.ts';
import { expectedProtocol } from './http/access/expected-protocol.ts';
import { credentialNames } from './http/access/credentials.ts';
import { createProxies } from './http/access/proxies.ts';
import { createRecorder } from './http/recording/recorder.ts';
import { createProtocolRouter } from './http/endpoints/routes.ts';
import { createRunning, stopped } from './http/base/running.ts';
import { createSessions } from './http/access/sessions.ts';
import { readTls } from './http/tls.ts';
import { createUploadWatch } from './http/bodies/upload-watch.ts';
import { createTextCounters } from './metering/text-tokens.ts';
import { createCallMemory } from './serving/call-memory.ts';
import { createMetrics } from './metrics/metrics.ts';
import { createMetricsRouter } from './http/metrics/router.ts';
import { metricSources } from './http/metrics/sources.ts';
import { type Addresses, createServers } from './http/servers.ts';
import { acquireRunFile } from './state/files/run-file.ts';
import { rethrowFor } from './state/files/state-error.ts';
import { closeObservers, createObservers } from './http/recording/observers.ts';
import type { Log } from './plugin/call-context.ts';
import { createHealthChecks } from './upstreams/health-checks.ts';
import * as tokens from './container-tokens.ts';
import { describeUnpriced, findUnpriced } from './catalogue/unpriced-models.ts';
import { createUpkeep } from './upkeep.ts';

/** A gateway that is set up but does not listen yet. */
export interface Gateway {
  readonly log: Log;
  /** Starts to take connections and to discover models. Rejects when the address is in use. */
  listen(): Promise<{ readonly url: string }>;
  /** Lets running requests end for up to the configured grace, then stops everything. Safe to call twice. */
  close(): Promise<void>;
  /**
   * Loads the configuration and applies what does not need a restart; running requests are not affected. Returns the
   * fields that need one. Rejects when the configuration is invalid, and then changes nothing.
   */
  readonly reload: Reload;
  /** A new link that signs one browser in, once. Only after `listen`. */
  signInLink(): string;
  /** Where the console is. Only after `listen`. */
  readonly consoleUrl: string;
  /** Where metrics are served, when that is at a port of their own. */
  readonly metricsUrl: string | undefined;
  /** Whether a write of the log does not return, which would keep the process from its end. */
  readonly isLogStuck: boolean;
  /** The client key that `listen` made because there was none; it is known only now. */
  readonly firstKey: string | undefined;
}

export interface GatewayOptions extends Surroundings {
  /** Serves the admin API and nothing else, for one command: no clients, no first key, no discovery of models. */
  readonly adminOnly?: boolean;
  /** Whether `listen` makes a client key when there is none. Default: true. Set it to false if the key would not be shown. */
  readonly makesFirstKey?: boolean;
  /** Loads the configuration again. Without it, {@link Gateway.reload} keeps the one that runs. */
  readonly load?: ReloaderInput['load'];
}

const CONSOLE_FOLDER = fileURLToPath(new URL('../../console/out', import.meta.url));

/** Sets a gateway up from a resolved configuration. Tests start here too. */
export async function createGateway(config: ResolvedConfig, options: GatewayOptions = {}): Promise<Gateway> {
  const runFile = await acquireRunFile(config.data).catch(rethrowFor(config.data));
  try {
    return await assemble(config, runFile, options);
  } catch (error) {
    await runFile.release();
    return rethrowFor(config.data)(error);
  }
}

async function assemble(
  config: ResolvedConfig,
  runFile: Awaited<ReturnType<typeof acquireRunFile>>,
  { adminOnly = false, makesFirstKey = true, load, ...surroundings }: GatewayOptions,
): Promise<Gateway> {
  const container = await createContainer(config, surroundings);
  const log = container.resolve(tokens.LOG);
  const logSink = container.resolve(tokens.LOG_SINK);
  const { now, sleep, steady = now } = container.resolve(tokens.CLOCK);
  const live = container.resolve(tokens.LIVE_CONFIG);
  const keys = container.resolve(tokens.KEYS);
  const pools = container.resolve(tokens.POOLS);
  const registry = container.resolve(tokens.REGISTRY);
  const upstreams = container.resolve(tokens.UPSTREAMS);
  const catalogue = container.resolve(tokens.CATALOGUE);
  const traces = container.resolve(tokens.TRACES);
  const gates = container.resolve(tokens.GATES);
  const audit = container.resolve(tokens.AUDIT);
  const entries = createGatewayEntries({ audit, registry, log });
  const localToken = randomBytes(32).toString('base64url');

  const [fallback] = registry.protocols;
  if (!fallback) throw new Error('No plugin brings a protocol, so no client could be answered.');
  let addresses: Addresses | undefined;
  const publicUrl = (): string => config.server.publicUrl ?? addresses?.url ?? '';
  const consoleUrl = (): string => addresses?.consoleUrl ?? '';
  let firstKey: string | undefined;
  let closing: Promise<void> | undefined;
  const health = container.resolve(tokens.HEALTH);
  const checkHealth = createHealthChecks({ upstreams, health, pools, log, now: steady });
  const upkeep = createUpkeep({ upstreams, checkHealth, log });

  const proxies = createProxies(config.server.trustedProxies);
  const sessions = createSessions(steady);
  const passes = createPasses({ now: steady, sessions });
  const disk = container.resolve(tokens.DISK_SPACE);
  const bodies = createBodyBudget(config.server);
  const uploads = createUploadWatch({
    minBytesPerSecond: config.server.minUploadRate,
    maxMs: config.server.requestTimeoutMs,
    now: steady,
  });
  const running = createRunning();
  const stopping = new AbortController();
  // Each reader of the live traces listens.
  setMaxListeners(0, stopping.signal);
  const metrics =
    config.metrics.enabled && !adminOnly
      ? createMetrics(
          metricSources({
            ...{ upstreams, health, gates, traces, keys, bodies, logSink, now: steady },
            limiter: container.resolve(tokens.LIMITER),
            aliases: container.resolve(tokens.ALIASES),
          }),
        )
      : undefined;
  const gone = new AbortController();
  const observers = adminOnly
    ? []
    : createObservers(config.plugins, { log, pools, now, signal: gone.signal });
  const recorder = createRecorder({
    isDiskLow: () => disk.isLow,
    ...{ config: config.traces, traces, metrics, upstreams, observers, log },
    prices: container.resolve(tokens.PRICES),
  });
  const apply = (next: ResolvedConfig): readonly string[] => {
    const before = live.get();
    live.replace(next);
    try {
      upstreams.all();
    } catch (error) {
      live.replace(before);
      throw error;
    }
    void entries.reloaded(before, next);
    upkeep.discover();
    return fieldsForRestart(before, next);
  };
  const reload = createReloader({ load: load ?? (() => Promise.resolve(live.get())), apply, log });
  const admin = createAdmin({
    ...{ config, audit, registry, upstreams, catalogue, health, gates, traces, keys, pools },
    ...{
      log,
      now: steady,
      sleep,
      bodies,
      uploads,
      passes,
      sessions,
      proxies,
      localToken,
      publicUrl,
      consoleUrl,
    },
    stopping: stopping.signal,
    reload: load && reload,
    aliases: container.resolve(tokens.ALIASES),
    limiter: container.resolve(tokens.LIMITER),
    prices: container.resolve(tokens.PRICES),
    state: container.resolve(tokens.STATE),
    secrets: container.resolve(tokens.SECRETS),
    version: manifest.version,
    baseUrl: () => addresses?.innerUrl ?? '',
  });
  const { bodyLimit, keepAliveMs } = config.server;
  const { headers: credentialHeaders } = credentialNames(config.plugins);
  const protocolRouter = createProtocolRouter(registry.protocols, {
    ...{ catalogue, upstreams, keys, pools, log, now },
    ...{ bodyLimit, keepAliveMs, bodies, uploads, passes, recorder, running },
    opaque: createOpaqueBoxes(container.resolve(tokens.SECRETS).deriveKey('opaque')),
    callMemory: createCallMemory(),
    router: container.resolve(tokens.ROUTER),
    routing: () => live.get().routing,
    conversations: container.resolve(tokens.CONVERSATIONS),
    ownedIds: container.resolve(tokens.OWNED_IDS),
    textCounter: createTextCounters(config.plugins.flatMap(({ tokenizers = [] }) => tokenizers)),
    auth: config.auth,
    credentialHeaders,
  });
  const infoRouter = createInfoRouter({
    name: 'Dragoman',
    version: manifest.version,
    auth: config.auth,
    credentialHeaders,
    protocols: registry.protocols,
    isReady: () => !stopping.signal.aborted,
    hasConsole: !isConsoleApart(config.console),
    traces: () => traces.status(),
    isDiskLow: () => disk.isLow,
    logStatus: () => logSink.status(),
    unusableRows: container.resolve(tokens.UNUSABLE).length,
  });
  const metricsRouter =
    metrics &&
    createMetricsRouter(metrics, { ...config.metrics, isBehindProxy: isBehindProxy(config.server) });
  const served = {
    ...{ config, log, fallback, now, steady, proxies, recorder, admin: admin.router },
    protocolAt: (ctx: Context) => expectedProtocol(registry.protocols, ctx),
    requestLog: container.resolve(tokens.REQUEST_LOG),
    consoleFiles: createConsoleFiles(CONSOLE_FOLDER),
    ...defined({ tls: adminOnly ? undefined : await readTls(config) }),
  };
  const servers = createServers(
    adminOnly ? served : { ...served, protocols: protocolRouter, info: infoRouter, metrics: metricsRouter },
  );

  /** Waits for the lists of models, so the start does not wait for it. */
  const warnOfUnpriced = async (): Promise<void> => {
    const services = { keys, upstreams, catalogue };
    const warning = await findUnpriced({
      ...services,
      aliases: container.resolve(tokens.ALIASES),
      prices: container.resolve(tokens.PRICES),
    }).then(describeUnpriced, () => undefined);
    if (warning !== undefined) log.warn(warning);
  };
  const interrupt = (): void => {
    running.interrupt(stopped());
    uploads.interrupt(stopped());
  };
  const flushLog = (): Promise<void> => new Promise((resolve) => logSink.flush(resolve));
  const close = async (): Promise<void> => {
    const { shutdownDelayMs: delayMs, shutdownGraceMs: graceMs } = config.server;
    stopping.abort();
    if (addresses && !adminOnly) {
      log.info({ delayMs, graceMs }, 'The gateway is stopping.');
      if (delayMs > 0) await sleep(delayMs, gone.signal);
    }
    upkeep.stop();
    await servers.drain({ graceMs, interrupt });
    await closeObservers(observers);
    gone.abort();
    await upstreams.close();
    await pools.close();
    await container.resolve(tokens.LIMITER).close();
    await container.resolve(tokens.OWNED_IDS).close();
    await traces.close();
    disk.close();
    if (!adminOnly) await entries.stopped();
    await runFile.release();
    if (addresses && !adminOnly) log.info({ interrupted: running.interrupted }, 'The gateway has stopped.');
    await flushLog();
    logSink.close();
  };

  return {
    log,
    async listen() {
      // Whatever may fail comes before the first request is served.
      upstreams.all();
      addresses = await servers.listen();
      const { url, innerUrl } = addresses;
      await runFile.publish({ url: innerUrl, token: localToken, admin: addresses.admin });
      if (adminOnly) {
        servers.open();
        return { url };
      }
      const warning = exposureWarning(config);
      if (warning !== undefined) log.warn(warning);
      await entries.started({ version: manifest.version, url, auth: config.auth });
      // Only now: a key made by a start that fails would be shown to nobody.
      const made = makesFirstKey && config.auth ? await keys.createFirst({ name: 'first key' }) : undefined;
      if (made) {
        firstKey = made.secret;
        await entries.madeKey(viewKey(made.key));
      }
      upkeep.start();
      servers.open();
      void warnOfUnpriced();
      // What is printed of the start comes after its log lines.
      await flushLog();
      return { url };
    },
    reload,
    close: () => (closing ??= close()),
    signInLink: () => admin.createSignInLink(),
    get consoleUrl() {
      return consoleUrl();
    },
    get metricsUrl() {
      return addresses?.metricsUrl;
    },
    get isLogStuck() {
      return logSink.status().isWriting;
    },
    get firstKey() {
      return firstKey;
    },
  };
}
