import { pino, type Logger } from 'pino';
import pretty from 'pino-pretty';
import type { ResolvedConfig } from './config/resolved.ts';

/** Fields that may hold a secret wherever they turn up in a logged object. */
const SECRET_FIELDS = [
  'apiKey',
  'authorization',
  'password',
  'token',
  'secret',
  'cookie',
  'x-api-key',
  'x-goog-api-key',
];

/** The process's logger: JSON lines in production, readable in a terminal; fields with secrets are redacted. */
export function createLogger({ level, format }: ResolvedConfig['log']): Logger {
  const paths = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const destination =
    format === 'pretty'
      ? pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', sync: true })
      : pino.destination({ dest: 1, minLength: 4096, sync: false, periodicFlush: 250 });
  return pino(
    {
      level,
      base: null,
      redact: { paths, censor: '[redacted]' },
      timestamp: pino.stdTimeFunctions.isoTime,
    },
    destination,
  );
}
