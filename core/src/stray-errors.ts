import { attributeError } from './registry/containment/attribution.ts';
import { bindLog } from './registry/containment/bound-log.ts';
import { describeThrown } from './registry/containment/describe-thrown.ts';
import type { Log } from '@dragoman/plugin';
import { RepeatLimit } from './timing/repeat-limit.ts';

export interface StrayErrorsInput {
  readonly log: () => Log;
  /** Ends the process, as its state is no longer known. */
  readonly end: (error: unknown) => void;
  /** In milliseconds. */
  readonly now: () => number;
}

/** What to do about uncaught errors. */
export interface StrayErrors {
  readonly onRejection: (reason: unknown) => void;
  readonly onException: (error: unknown) => void;
}

/**
 * Uncaught errors of plugin code are logged with their plugin, and survived. So are unhandled promise rejections, because
 * they interrupt no code. An exception in the gateway's own code ends the process, as its work was left undone.
 */
export function createStrayErrors({ log, end, now }: StrayErrorsInput): StrayErrors {
  const limit = new RepeatLimit(now);
  const report = (error: unknown, what: string): boolean => {
    const attribution = attributeError(error);
    const described = describeThrown(error);
    const fields = limit.take(JSON.stringify([attribution, what, described.slice(0, 200)]));
    const whose = attribution ? 'A plugin' : 'The gateway itself';
    if (fields)
      bindLog(log(), { ...attribution, ...fields, cause: described }).error({ error }, `${whose} ${what}`);
    return attribution !== undefined;
  };
  return {
    onRejection: (reason) => void report(reason, 'left an unhandled promise rejection.'),
    onException(error) {
      if (!report(error, 'threw an uncaught error.')) end(error);
    },
  };
}
