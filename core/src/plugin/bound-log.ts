import type { Log } from './plugin.ts';

/** A log whose lines all have these fields. */
export function bindLog(log: Log, bound: object): Log {
  const bind =
    (level: keyof Log) =>
    (fields: object, message: string): void =>
      log[level]({ ...fields, ...bound }, message);
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') };
}
