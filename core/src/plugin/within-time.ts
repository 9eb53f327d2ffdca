import { Script } from 'node:vm';

/** Work that was stopped since it took too long. */
export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/** Where the script finds the work: on the global object, as a script sees no variables of a module. */
const WORK = Symbol.for('dragoman.withinTime');
const script = new Script("globalThis[Symbol.for('dragoman.withinTime')]()");

/**
 * A busy machine may leave a thread without its processor for the whole time; then the work is begun again, so often at
 * most. By the clock, it takes as many times its limit.
 */
export const MAX_ATTEMPTS = 10;

/**
 * Does synchronous work, but for no longer than `ms` milliseconds of processor time; then throws a
 * {@link TimeLimitError}. Only the time limit of a script can stop a regular expression. The work must be such that it
 * can be begun again: it may be stopped anywhere. Each call costs about 50 µs, for a thread that watches the time.
 */
export function withinTime<T>(ms: number, work: () => T): T {
  const begun = process.threadCpuUsage();
  for (let attempt = 1; ; attempt += 1) {
    Reflect.set(globalThis, WORK, work);
    try {
      return script.runInThisContext({ timeout: ms }) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      const { user, system } = process.threadCpuUsage(begun);
      const isSpent = (user + system) / 1000 >= ms / 2;
      if (isSpent || attempt === MAX_ATTEMPTS)
        throw new TimeLimitError(`Stopped after ${ms} ms.`, { cause: error });
    }
  }
}
