import type { Log } from '@dragoman/plugin';
import type { ResolvedConfig } from './resolved.ts';

export interface ReloaderInput {
  /** Loads the configuration again. */
  readonly load: () => Promise<ResolvedConfig>;
  /** Replaces the running configuration. Returns the fields that need a restart. */
  readonly apply: (config: ResolvedConfig) => readonly string[];
  /** How many replaced versions of modules Node still keeps. */
  readonly replaced: () => number;
  readonly log: Log;
}

/** A module and what it holds take a few KB. */
const WARN_EVERY = 1_000;

/**
 * Reloads the configuration, one reload at a time, and logs the outcome. Calls that wait share one reload: a file that
 * is slow to fail must not hold up its correction once for each call. Resolves with the fields that need a restart;
 * rejects if the configuration cannot be used, and the previous one stays.
 */
export type Reload = () => Promise<readonly string[]>;

export function createReloader({ load, apply, replaced, log }: ReloaderInput): Reload {
  let warnAt = WARN_EVERY;
  let last: Promise<unknown> = Promise.resolve();
  const reload = async (): Promise<readonly string[]> => {
    try {
      const waiting = apply(await load());
      log.info({ waiting }, 'The configuration was reloaded.');
      if (waiting.length > 0) log.warn({ waiting }, 'These fields of the configuration need a restart.');
      const modules = replaced();
      if (modules >= warnAt) {
        warnAt = modules + WARN_EVERY;
        log.warn({ modules }, 'Node keeps the code that reloads have replaced. A restart frees its memory.');
      }
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
      return reload();
    });
    last = waiting.catch(() => {});
    return waiting;
  };
}
