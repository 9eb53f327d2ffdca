import { blameFor } from './plugin/containment/blame.ts';
import { bindLog } from './plugin/containment/bound-log.ts';
import { describeThrown } from './plugin/containment/describe-thrown.ts';
import type { Log } from './plugin/call-context.ts';
import { RepeatLimit } from './timing/repeat-limit.ts';

export interface StrayErrorsInput {
  readonly log: () => Log;
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

/**
 * An error that code of a plugin left behind is logged, with whose it is, and survived. So is a promise that was
 * rejected and that nobody waits for: no code was interrupted by it. An exception in the gateway's own code ends the
 * process, as what it was about to do was not done.
 */
export function createStrayErrors({ log, end, now }: StrayErrorsInput): StrayErrors {
  const limit = new RepeatLimit(now);
  const report = (error: unknown, what: string): boolean => {
    const blame = blameFor(error);
    const described = describeThrown(error);
    const fields = limit.take(JSON.stringify([blame, what, described.slice(0, 200)]));
    const whose = blame ? 'A plugin' : 'The gateway itself';
    if (fields)
      bindLog(log(), { ...blame, ...fields, cause: described }).error({ error }, `${whose} ${what}`);
    return blame !== undefined;
  };
  return {
    onRejection: (reason) => void report(reason, 'left a rejected promise that nobody handles.'),
    onException(error) {
      if (!report(error, 'threw an error that nobody caught.')) end(error);
    },
  };
}
