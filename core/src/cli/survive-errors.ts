import { describeThrown } from '../registry/containment/describe-thrown.ts';
import type { Log } from '@dragoman/plugin';
import { createStrayErrors } from '../stray-errors.ts';

export interface SurvivedErrors {
  /** From now on they are logged here; before, they are printed. */
  logTo(log: Log): void;
}

const print = ({ error, ...fields }: { readonly error?: unknown }, message: string): void =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)} ${textOf(error)}\n`);

const PRINTED: Log = { debug: print, info: print, warn: print, error: print };

/** Uncaught errors of plugins must not end the process; those of the gateway itself do, visibly. */
export function surviveErrors(): SurvivedErrors {
  let log = PRINTED;
  const { onRejection, onException } = createStrayErrors({
    log: () => log,
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
  try {
    return (error instanceof Error && error.stack) || describeThrown(error);
  } catch {
    return describeThrown(error);
  }
}
