import { types } from 'node:util';
import { describeThrown } from './describe-thrown.ts';
import type { Log } from '@dragoman/plugin';

/** A log that adds these fields to every line. It never throws, whatever a plugin logs. */
export function bindLog(log: Log, bound: object): Log {
  const bind =
    (level: keyof Log) =>
    (given: unknown, text: unknown): void => {
      // Plugins may be written without types, and other loggers take a message alone.
      const message = messageOf(given, text);
      try {
        log[level]({ ...fieldsOf(given, text), ...bound }, message);
      } catch (error) {
        log[level]({ ...bound, reason: `The fields cannot be logged: ${describeThrown(error)}` }, message);
      }
    };
  return { debug: bind('debug'), info: bind('info'), warn: bind('warn'), error: bind('error') };
}

/** Only plain fields are spread: a string or buffer would spread into characters or bytes, an error into nothing. */
function fieldsOf(given: unknown, text: unknown): object {
  if (given instanceof Error) return { error: given };
  if (typeof given === 'string') return text === undefined ? {} : { value: given };
  if (typeof given !== 'object' || given === null) return {};
  if (ArrayBuffer.isView(given) || types.isAnyArrayBuffer(given))
    return { value: `${given.byteLength} bytes` };
  return Array.isArray(given) ? { value: given } : given;
}

function messageOf(given: unknown, text: unknown): string {
  if (text === undefined) return typeof given === 'string' ? given : '';
  if (typeof text === 'string') return text;
  return types.isNativeError(text)
    ? describeThrown(text)
    : `a value of type ${typeof text} instead of a message`;
}
