import { Script } from 'node:vm';

/** Work was stopped because it took too long. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Passes the work on the global object, because a script cannot see a module's variables. */
const WORK = Symbol.for('dragoman.withinTime');
const script = new Script("globalThis[Symbol.for('dragoman.withinTime')]()");

const MAX_ATTEMPTS = 4;

/** Wall-clock time that work can take, in multiples of its limit: each attempt gets twice the time of the last. */
export const MAX_SLOWDOWN = 2 ** MAX_ATTEMPTS - 1;

/**
 * Runs synchronous work for at most `ms` milliseconds of CPU time, and throws a {@link TimeLimitError} beyond that.
 * Only a script's time limit can stop a regular expression, and it counts wall-clock time: work that got less than
 * half of its CPU time on a busy machine is restarted. So the work must be safe to stop and repeat. Each call costs
 * about 50 µs, for a thread that watches the time.
 */
export function withinTime<T>(ms: number, work: () => T): T {
  for (let attempt = 1; ; attempt += 1) {
    const begun = process.threadCpuUsage();
    Reflect.set(globalThis, WORK, work);
    try {
      return script.runInThisContext({ timeout: ms * 2 ** (attempt - 1) }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const { user, system } = process.threadCpuUsage(begun);
      const isSpent = (user + system) / 1000 >= ms / 2;
      if (isSpent || attempt === MAX_ATTEMPTS)
        throw new TimeLimitError(`Stopped after ${ms} ms.`, { cause: error });
    }
  }
}

/** Like {@link withinTime}, but returns `undefined` on timeout. */
export function tryWithinTime<T>(ms: number, work: () => T): T | undefined {
  try {
    return withinTime(ms, work);
  } catch (error) {
    if (error instanceof TimeLimitError) return undefined;
    throw error;
  }
}
