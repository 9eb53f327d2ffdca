import type { Log } from '../plugin/plugin.ts';
import { createStrayErrors } from '../stray-errors.ts';

export interface SurvivedErrors {
  /** From now on they are logged here; before, they are printed. */
  logTo(log: Pick<Log, 'error'>): void;
}

/** Errors of plugins that nobody caught must not end the process; those of the gateway itself do, visibly. */
export function surviveErrors(): SurvivedErrors {
  let log: Pick<Log, 'error'> = {
    error: ({ error, ...fields }: { readonly error?: unknown }, message) =>
      process.stderr.write(`${message} ${JSON.stringify(fields)} ${textOf(error)}\n`),
  };
  const { onRejection, onException } = createStrayErrors({
    log: { error: (fields, message) => log.error(fields, message) },
    now: () => performance.now(),
    end(error) {
      process.stderr.write(`${textOf(error)}\n`);
      process.exit(1);
    },
  });
  process.on('unhandledRejection', onRejection);
  process.on('uncaughtException', onException);
  return {
    logTo(next) {
      log = next;
    },
  };
}

function textOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
