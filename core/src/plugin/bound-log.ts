import { describeThrown } from './describe-thrown.ts';
import type { Log } from './plugin.ts';

/** A log whose lines all have these fields. It never throws, whatever a plugin wants to be logged. */
export function bindLog(log: Log, bound: object): Log {
  const bind =
    (level: keyof Log) =>
    (fields: object, message: string): void => {
      try {
        log[level]({ ...fields, ...bound }, message);
      } catch (error) {
        log[level]({ ...bound, reason: `The fields cannot be logged: ${describeThrown(error)}` }, message);
      }
    };
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') };
}
