import manifest from '../package.json' with { type: 'json' };
import { describeUnpriced, findUnpriced } from './catalogue/unpriced-models.ts';
import { createContainer, type Surroundings } from './composition/container.ts';
import * as tokens from './composition/tokens.ts';
import { exposureWarning } from './config/exposure.ts';
import type { Reload, ReloaderInput } from './config/reloader.ts';
import type { ResolvedConfig } from './config/resolved.ts';
import { viewKey } from './http/admin/operations/keys.ts';
import { stopped } from './http/base/running.ts';
import { closeObservers } from './http/recording/observers.ts';
import { API_VERSION, type Log } from '@dragoman/plugin';
import { unversioned } from './registry/api-fit.ts';
import { acquireRunFile, type RunFile } from './state/files/run-file.ts';
import { rethrowFor } from './state/files/state-error.ts';

const UNVERSIONED =
  'Some plugins do not say their version, nor the plugin API that they were written for (Plugin.meta). They are taken to fit this gateway.';

/** A gateway that is set up but not listening yet. */
export interface Gateway {
  readonly log: Log;
  /**
   * Accepts connections and starts discovery. Rejects if the address is in use. `onStart` is called as soon as nothing can
   * fail any longer, before the start is logged.
   */
  listen(onStart?: (url: string) => void): Promise<{ readonly url: string }>;
  /** Lets running requests end during the configured grace period, then stops everything. Safe to call twice. */
  close(): Promise<void>;
  /**
   * Loads the configuration and applies what does not need a restart; running requests are not affected. Returns the fields
   * that need one. Rejects if the configuration is invalid, and then changes nothing.
   */
  readonly reload: Reload;
  /** A new one-time link that signs in one browser. Only after `listen`. */
  signInLink(): string;
  /** The console's URL. Only after `listen`. */
  readonly consoleUrl: string;
  /** The metrics URL, if they have a port of their own. */
  readonly metricsUrl: string | undefined;
  /** Whether a log write does not return, which would keep the process from ending. */
  readonly isLogStuck: boolean;
  /** The client key that `listen` created because there was none; it is available only now. */
  readonly firstKey: string | undefined;
}

export interface GatewayOptions extends Surroundings {
  /** Serves only the admin API, for one command: no clients, no first key, no discovery. */
  readonly adminOnly?: boolean;
  /** Whether `listen` creates a client key if there is none. Default: true. Set it to false if the key would not be shown. */
  readonly makesFirstKey?: boolean;
  /** Loads the configuration again. Without it, {@link Gateway.reload} keeps the running one. */
  readonly load?: ReloaderInput['load'];
}

/** Creates a gateway from a resolved configuration. Tests start here, too. */
export async function createGateway(config: ResolvedConfig, options: GatewayOptions = {}): Promise<Gateway> {
  const runFile = await acquireRunFile(config.data).catch(rethrowFor(config.data));
  try {
    return await setUp(config, runFile, options);
  } catch (error) {
    await runFile.release();
    return rethrowFor(config.data)(error);
  }
}

async function setUp(
  config: ResolvedConfig,
  runFile: RunFile,
  { adminOnly = false, makesFirstKey = true, load, ...surroundings }: GatewayOptions,
): Promise<Gateway> {
  const container = await createContainer(config, { ...surroundings, adminOnly, load });
  const log = container.resolve(tokens.LOG);
  const logSink = container.resolve(tokens.LOG_SINK);
  const keys = container.resolve(tokens.KEYS);
  const upstreams = container.resolve(tokens.UPSTREAMS);
  const entries = container.resolve(tokens.ENTRIES);
  const upkeep = container.resolve(tokens.UPKEEP);
  const servers = container.resolve(tokens.SERVERS);
  let firstKey: string | undefined;
  let closing: Promise<void> | undefined;

  /** Waits for discovery, so startup does not wait for it. */
  const warnOfUnpriced = async (): Promise<void> => {
    const warning = await findUnpriced({
      ...{ keys, upstreams },
      catalogue: container.resolve(tokens.CATALOGUE),
      aliases: container.resolve(tokens.ALIASES),
      prices: container.resolve(tokens.PRICES),
    }).then(describeUnpriced, () => undefined);
    if (warning !== undefined) log.warn(warning);
  };
  const flushLog = (): Promise<void> => new Promise((resolve) => logSink.flush(resolve));
  const close = async (): Promise<void> => {
    const { shutdownDelayMs: delayMs, shutdownGraceMs: graceMs } = config.server;
    const [running, ended] = [container.resolve(tokens.RUNNING), container.resolve(tokens.ENDED)];
    const isServing = servers.addresses !== undefined && !adminOnly;
    container.resolve(tokens.STOPPING).abort();
    if (isServing) {
      log.info({ delayMs, graceMs }, 'The gateway is stopping.');
      if (delayMs > 0) await container.resolve(tokens.CLOCK).sleep(delayMs, ended.signal);
    }
    upkeep.stop();
    const interrupt = (): void => {
      running.interrupt(stopped());
      container.resolve(tokens.UPLOADS).interrupt(stopped());
    };
    await servers.drain({ graceMs, interrupt });
    await closeObservers(container.resolve(tokens.OBSERVERS));
    ended.abort();
    await container.resolve(tokens.HOOKS).close();
    await upstreams.close();
    await container.resolve(tokens.POOLS).close();
    await container.resolve(tokens.LIMITER).close();
    await container.resolve(tokens.OWNED_IDS).close();
    await container.resolve(tokens.TRACES).close();
    container.resolve(tokens.DISK_SPACE).close();
    if (!adminOnly) await entries.stopped();
    await runFile.release();
    if (isServing) log.info({ interrupted: running.interrupted }, 'The gateway has stopped.');
    await flushLog();
    logSink.close();
  };

  return {
    log,
    async listen(onStart) {
      // Whatever may fail comes before the first request is served.
      upstreams.all();
      if (!adminOnly) container.resolve(tokens.HOOKS).all();
      const { url, innerUrl, admin } = await servers.listen();
      const token = container.resolve(tokens.LOCAL_TOKEN);
      await runFile.publish({ url: innerUrl, token, admin });
      if (adminOnly) {
        servers.open();
        return { url };
      }
      // Only now: a key created by a failed startup would be shown to nobody.
      const made = makesFirstKey && config.auth ? await keys.createFirst({ name: 'first key' }) : undefined;
      firstKey = made?.secret;
      onStart?.(url);
      const warning = exposureWarning(config);
      if (warning !== undefined) log.warn(warning);
      const plugins = unversioned(config.plugins);
      if (plugins.length > 0) log.warn({ plugins, apiVersion: API_VERSION }, UNVERSIONED);
      await entries.started({ version: manifest.version, url, auth: config.auth });
      if (made) await entries.madeKey(viewKey(made.key));
      upkeep.start();
      servers.open();
      void warnOfUnpriced();
      return { url };
    },
    reload: container.resolve(tokens.RELOAD),
    close: () => (closing ??= close()),
    signInLink: () => container.resolve(tokens.ADMIN).createSignInLink(),
    get consoleUrl() {
      return servers.addresses?.consoleUrl ?? '';
    },
    get metricsUrl() {
      return servers.addresses?.metricsUrl;
    },
    get isLogStuck() {
      return logSink.status().isWriting;
    },
    get firstKey() {
      return firstKey;
    },
  };
}
