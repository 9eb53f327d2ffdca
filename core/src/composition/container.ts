import './reflect.ts';
import { container as root, type DependencyContainer } from 'tsyringe';
import { createLiveConfig } from '../config/live.ts';
import type { ReloaderInput } from '../config/reloader.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import type { Space } from '../state/files/disk-space.ts';
import { credentialNames } from '../http/access/credentials.ts';
import { readTls } from '../http/tls.ts';
import { replaceSecrets } from '@dragoman/plugin/internal/text/secret-texts';
import { createLogs } from '../log/log.ts';
import { PluginFaults } from '../log/plugin-faults.ts';
import { KnownSecrets } from '../state/secrets/known-secrets.ts';
import { type Clock, systemClock } from '../timing/clock.ts';
import { registerHttp } from './http.ts';
import { openData } from './open-data.ts';
import { registerRouting } from './routing.ts';
import { registerServing } from './serving.ts';
import * as tokens from './tokens.ts';

/** What a program that runs a gateway gives it, and what tests replace of the environment. */
export interface Surroundings {
  readonly clock?: Clock;
  /** From 0 to 1, like `Math.random`. */
  readonly random?: () => number;
  /** The free space of the data folder's file system. */
  readonly freeSpace?: () => Promise<Space>;
  /** The folder of the built console. Without it, `/console/` says that there is none. */
  readonly consoleFolder?: string | undefined;
}

export interface ContainerOptions extends Surroundings {
  /** Serves only the admin API. */
  readonly adminOnly: boolean;
  /** Loads the configuration again. */
  readonly load: ReloaderInput['load'] | undefined;
}

/**
 * The composition root: only this folder knows how the services fit together. Each gateway has its own container, so
 * that several can run in one process. What has to be opened is awaited before it is registered; all else is created on
 * first use.
 */
export async function createContainer(
  config: ResolvedConfig,
  { clock = systemClock, random = Math.random, freeSpace, consoleFolder, adminOnly, load }: ContainerOptions,
): Promise<DependencyContainer> {
  const container = root.createChildContainer();
  const known = new KnownSecrets();
  const credentials = credentialNames(config.plugins);
  const {
    log: plain,
    request,
    sink,
  } = createLogs(config.log, { secrets: () => known.all, credentials: credentials.headers });
  const faults = new PluginFaults({ now: clock.now, redact: (text) => replaceSecrets(text, known.all) });
  const log = faults.watch(plain);
  container.register(tokens.CREDENTIALS, { useValue: credentials });
  container.register(tokens.LIVE_CONFIG, { useValue: createLiveConfig(config) });
  container.register(tokens.CLOCK, { useValue: clock });
  container.register(tokens.PLUGIN_FAULTS, { useValue: faults });
  container.register(tokens.LOG, { useValue: log });
  container.register(tokens.REQUEST_LOG, { useValue: request });
  container.register(tokens.LOG_SINK, { useValue: sink });
  await openData(container, config, { clock, freeSpace });
  registerRouting(container, config, { clock, random, known });
  registerServing(container, config, { adminOnly, load });
  const tls = adminOnly ? undefined : await readTls(config);
  registerHttp(container, config, { adminOnly, canReload: load !== undefined, tls, consoleFolder });
  return container;
}
