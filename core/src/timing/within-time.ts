import { Script } from 'node:vm';

/** Work that was stopped because it took too long. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Where the script finds the work: on the global object, as a script sees no variables of a module. */
const WORK = Symbol.for('dragoman.withinTime');
const script = new Script("globalThis[Symbol.for('dragoman.withinTime')]()");

const MAX_ATTEMPTS = 4;

/** How many times its limit work can take by the clock: each attempt has twice the time of the one before. */
export const MAX_SLOWDOWN = 2 ** MAX_ATTEMPTS - 1;

/**
 * Runs synchronous work for at most `ms` milliseconds of processor time, and throws a {@link TimeLimitError} beyond
 * that. Only the time limit of a script can stop a regular expression, and that one goes by the clock: on a busy
 * machine, work that got less than half of its processor time is started again. So it must be safe to stop it anywhere
 * and to run it again. Each call costs about 50 µs, for a thread that watches the time.
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

/** Like {@link withinTime}, but returns `undefined` when the time is up. */
export function tryWithinTime<T>(ms: number, work: () => T): T | undefined {
  try {
    return withinTime(ms, work);
  } catch (error) {
    if (error instanceof TimeLimitError) return undefined;
    throw error;
  }
}
