import { BrokenRule } from './check.ts';
import { show } from './expect.ts';
import { letRun } from './patience.ts';

const EVENTS = ['unhandledRejection', 'uncaughtException'] as const;

/**
 * Runs some work and fails if it leaves an error behind: a promise that is rejected with nobody to notice, or an
 * exception of a timer or socket. In a process of its own it would end the process.
 */
export async function withoutStrays<T>(work: () => Promise<T>): Promise<T> {
  const strays: unknown[] = [];
  const note = (error: unknown): void => void strays.push(error);
  // The test runner has its own listeners, which would count a stray as an error of the run.
  const others = EVENTS.map((event) => process.listeners(event as 'uncaughtException'));
  for (const event of EVENTS) {
    process.removeAllListeners(event);
    process.on(event, note);
  }
  try {
    const result = await work();
    await letRun();
    if (strays.length > 0)
      throw new BrokenRule(`An error was left behind that nobody catches: ${describe(strays[0])}.`, {
        rule: 'leaves-no-strays',
      });
    return result;
  } finally {
    for (const [at, event] of EVENTS.entries()) {
      process.off(event, note);
      for (const listener of others[at] ?? []) process.on(event, listener);
    }
  }
}

const describe = (error: unknown): string => (error instanceof Error ? `${error}` : show(error));
