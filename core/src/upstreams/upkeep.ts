import type { Log } from '@dragoman/plugin';
import type { Upstreams } from './upstream.ts';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';

/** Background tasks for upstreams. */
export interface Upkeep {
  start(): void;
  /** Discovers models, unless the lists are still fresh. */
  discover(): void;
  stop(): void;
}

export interface UpkeepDeps {
  readonly upstreams: Upstreams;
  /** Checks the upstreams that are due for a check. */
  readonly checkHealth: () => Promise<unknown>;
  readonly log: Pick<Log, 'error'>;
}

const CHECK_EVERY_MS = 1_000;
const DISCOVER_EVERY_MS = 30_000;

export function createUpkeep({ upstreams, checkHealth, log }: UpkeepDeps): Upkeep {
  let timers: readonly NodeJS.Timeout[] = [];
  const discover = (): void => {
    for (const upstream of upstreams.all()) {
      if (!upstream.config.enabled) continue;
      // Failures are shown with the upstream.
      upstreams
        .list(upstream)
        .load()
        .catch(() => {});
    }
  };
  const fail = (error: unknown): void => log.error({ error }, 'Model discovery or health checks failed.');
  return {
    discover,
    start() {
      discover();
      timers = [
        setInterval(guarded(discover, fail), DISCOVER_EVERY_MS).unref(),
        setInterval(() => void checkHealth().catch(fail), CHECK_EVERY_MS).unref(),
      ];
    },
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}
