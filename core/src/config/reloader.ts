import type { Log } from '@dragoman/plugin';
import type { ResolvedConfig } from './resolved.ts';

export interface ReloaderInput {
  /** Loads the configuration again. `reloads` counts the loads, because Node caches imports. */
  readonly load: (reloads: number) => Promise<ResolvedConfig>;
  /** Replaces the running configuration. Returns the fields that need a restart. */
  readonly apply: (config: ResolvedConfig) => readonly string[];
  readonly log: Log;
}

/**
 * Reloads the configuration, one reload at a time, and logs the outcome. Calls that wait share one reload: a file that
 * is slow to fail must not hold up its correction once for each call. Resolves with the fields that need a restart;
 * rejects if the configuration cannot be used, and the previous one stays.
 */
export type Reload = () => Promise<readonly string[]>;

export function createReloader({ load, apply, log }: ReloaderInput): Reload {
  let reloads = 0;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (count: number): Promise<readonly string[]> => {
    try {
      const waiting = apply(await load(count));
      log.info({ waiting }, 'The configuration was reloaded.');
      if (waiting.length > 0) log.warn({ waiting }, 'These fields of the configuration need a restart.');
      return waiting;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.error({ reason }, 'Invalid configuration; the previous one stays in effect.');
      throw error;
    }
  };
  let waiting: Promise<readonly string[]> | undefined;
  return () => {
    waiting ??= last.then(() => {
      waiting = undefined;
      return reload((reloads += 1));
    });
    last = waiting.catch(() => {});
    return waiting;
  };
}
