import { types } from 'node:util';
import { describeThrown } from './describe-thrown.ts';
import type { Log } from '../call-context.ts';

/** A log whose lines all have these fields. It never throws, whatever a plugin wants to be logged. */
export function bindLog(log: Log, bound: object): Log {
  const bind =
    (level: keyof Log) =>
    (given: unknown, told: unknown): void => {
      // Plugins may be written without types, and other loggers take a text alone.
      const message = messageOf(given, told);
      try {
        log[level]({ ...fieldsOf(given, told), ...bound }, message);
      } catch (error) {
        log[level]({ ...bound, reason: `The fields cannot be logged: ${describeThrown(error)}` }, message);
      }
    };
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') };
}

/** Only plain fields are spread: a text or a buffer has one for each of its characters or bytes, an error has none. */
function fieldsOf(given: unknown, told: unknown): object {
  if (given instanceof Error) return { error: given };
  if (typeof given === 'string') return told === undefined ? {} : { value: given };
  if (typeof given !== 'object' || given === null) return {};
  if (ArrayBuffer.isView(given) || types.isAnyArrayBuffer(given))
    return { value: `${given.byteLength} bytes` };
  return Array.isArray(given) ? { value: given } : given;
}

function messageOf(given: unknown, told: unknown): string {
  if (told === undefined) return typeof given === 'string' ? given : '';
  if (typeof told === 'string') return told;
  return types.isNativeError(told)
    ? describeThrown(told)
    : `a value of type ${typeof told} instead of a message`;
}
