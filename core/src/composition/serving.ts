import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import type { DependencyContainer } from 'tsyringe';
import { createGatewayEntries } from '../audit/gateway-entries.ts';
import { createReloader, type ReloaderInput } from '../config/reloader.ts';
import { countReplaced } from '../config/local-modules.ts';
import type { ResolvedConfig } from '../config/resolved.ts';
import { applyConfig } from '../config/apply.ts';
import { createPasses } from '../http/access/passes.ts';
import { createProxies } from '../http/access/proxies.ts';
import { createSessions } from '../http/access/sessions.ts';
import { createBodyBudget } from '../http/base/body-budget.ts';
import { createRunning } from '../http/base/running.ts';
import { createUploadWatch } from '../http/bodies/upload-watch.ts';
import { metricSources } from '../http/metrics/sources.ts';
import { createObservers } from '../http/recording/observers.ts';
import { createRecorder } from '../http/recording/recorder.ts';
import { createMetrics } from '../metrics/metrics.ts';
import { createUpkeep } from '../upstreams/upkeep.ts';
import { createHealthChecks } from '../upstreams/health-checks.ts';
import { once } from './once.ts';
import * as tokens from './tokens.ts';

export interface ServingInput {
  /** Serves only the admin API. */
  readonly adminOnly: boolean;
  readonly load: ReloaderInput['load'] | undefined;
}

/** Registers what accompanies requests, and the background tasks. */
export function registerServing(
  container: DependencyContainer,
  config: ResolvedConfig,
  { adminOnly, load }: ServingInput,
): void {
  const log = container.resolve(tokens.LOG);
  const live = container.resolve(tokens.LIVE_CONFIG);
  const { now, steady = now } = container.resolve(tokens.CLOCK);
  const { server, traces, plugins } = config;
  const stopping = new AbortController();
  // Each reader of the live traces adds a listener.
  setMaxListeners(0, stopping.signal);
  container.register(tokens.STOPPING, { useValue: stopping });
  container.register(tokens.ENDED, { useValue: new AbortController() });
  container.register(tokens.LOCAL_TOKEN, { useValue: randomBytes(32).toString('base64url') });

  once(container, tokens.ENTRIES, (get) =>
    createGatewayEntries({ audit: get(tokens.AUDIT), registry: get(tokens.REGISTRY), log }),
  );
  once(container, tokens.UPKEEP, (get) => {
    const [upstreams, health, pools] = [get(tokens.UPSTREAMS), get(tokens.HEALTH), get(tokens.POOLS)];
    const checkHealth = createHealthChecks({ upstreams, health, pools, log, now: steady });
    return createUpkeep({ upstreams, checkHealth, log });
  });
  once(container, tokens.RELOAD, (get) =>
    createReloader({
      log,
      replaced: countReplaced,
      load: load ?? (() => Promise.resolve(live.get())),
      apply: applyConfig({
        live,
        check: () => [get(tokens.UPSTREAMS).all(), get(tokens.HOOKS).all()],
        onChange(before, after) {
          void get(tokens.ENTRIES).reloaded(before, after);
          get(tokens.UPKEEP).discover();
        },
      }),
    }),
  );

  once(container, tokens.PROXIES, () => createProxies(server.trustedProxies));
  once(container, tokens.SESSIONS, () => createSessions(steady));
  once(container, tokens.PASSES, (get) => createPasses({ now: steady, sessions: get(tokens.SESSIONS) }));
  once(container, tokens.BODIES, () => createBodyBudget(server));
  once(container, tokens.UPLOADS, () => {
    const { minUploadRate: minBytesPerSecond, requestTimeoutMs: maxMs } = server;
    return createUploadWatch({ minBytesPerSecond, maxMs, now: steady });
  });
  once(container, tokens.RUNNING, () => createRunning());

  once(container, tokens.METRICS, (get) => {
    if (!config.metrics.enabled || adminOnly) return undefined;
    return createMetrics(
      metricSources({
        upstreams: get(tokens.UPSTREAMS),
        health: get(tokens.HEALTH),
        gates: get(tokens.GATES),
        traces: get(tokens.TRACES),
        keys: get(tokens.KEYS),
        bodies: get(tokens.BODIES),
        logSink: get(tokens.LOG_SINK),
        limiter: get(tokens.LIMITER),
        aliases: get(tokens.ALIASES),
        now: steady,
      }),
    );
  });
  once(container, tokens.OBSERVERS, (get) =>
    createObservers(adminOnly ? [] : plugins, {
      ...{ log, now },
      pools: get(tokens.POOLS),
      signal: get(tokens.ENDED).signal,
    }),
  );
  once(container, tokens.RECORDER, (get) => {
    const disk = get(tokens.DISK_SPACE);
    return createRecorder({
      ...{ config: traces, log },
      isDiskLow: () => disk.isLow,
      traces: get(tokens.TRACES),
      metrics: get(tokens.METRICS),
      upstreams: get(tokens.UPSTREAMS),
      observers: get(tokens.OBSERVERS),
      prices: get(tokens.PRICES),
    });
  });
}
