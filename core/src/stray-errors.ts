import { blameFor } from './plugin/blame.ts';
import type { Log } from './plugin/plugin.ts';

export interface StrayErrorsInput {
  readonly log: Pick<Log, 'error'>;
  /** Ends the process, as nothing is known of its state any more. */
  readonly end: (error: unknown) => void;
  /** In milliseconds. */
  readonly now: () => number;
}

/** What is done about errors that nobody caught. */
export interface StrayErrors {
  readonly onRejection: (reason: unknown) => void;
  readonly onException: (error: unknown) => void;
}

/** The same error is logged so often. */
const EVERY_MS = 60_000;
/** More different ones are not told apart. */
const MAX_KNOWN = 200;

/**
 * An error that code of a plugin left behind is logged, with whose it is, and survived. So is a promise that was
 * rejected and that nobody waits for: no code was interrupted by it. An exception in the gateway's own code ends the
 * process, as what it was about to do was not done.
 */
export function createStrayErrors({ log, end, now }: StrayErrorsInput): StrayErrors {
  const known = new Map<string, { loggedAt: number; more: number }>();
  const report = (error: unknown, what: string): boolean => {
    const blame = blameFor(error);
    const name = JSON.stringify([blame, what, String(error).slice(0, 200)]);
    const before = known.get(name);
    if (before && now() - before.loggedAt < EVERY_MS) {
      before.more += 1;
      return blame !== undefined;
    }
    if (known.size >= MAX_KNOWN) known.clear();
    known.set(name, { loggedAt: now(), more: 0 });
    const whose = blame ? 'A plugin' : 'The gateway itself';
    log.error(
      { ...blame, error, ...(before && before.more > 0 && { more: before.more }) },
      `${whose} ${what}`,
    );
    return blame !== undefined;
  };
  return {
    onRejection: (reason) => void report(reason, 'left a failure behind that nobody waits for.'),
    onException(error) {
      if (!report(error, 'threw an error where nobody could catch it.')) end(error);
    },
  };
}
