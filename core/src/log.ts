import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import type { ResolvedConfig } from './config/resolved.ts';

export interface Logs {
  /** For everything that happens; fields with secrets are redacted, wherever they are. */
  readonly log: Logger;
  /** For the one line of each request: its fields are known and none is secret, so nothing is searched. */
  readonly requests: Logger;
}

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

/** Lines that nobody takes off the gateway's hands are lost from here on, in bytes: memory is not for logs. */
const MOST_UNWRITTEN = 16 * 1024 * 1024;

/** The process's loggers: JSON lines in production, readable in a terminal. */
export function createLogs({ level, format }: ResolvedConfig['log']): Logs {
  const paths = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const destination =
    format === 'pretty'
      ? pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', sync: true })
      : pino.destination({
          dest: 1,
          minLength: 16 * 1024,
          maxWrite: 64 * 1024,
          maxLength: MOST_UNWRITTEN,
          sync: false,
          periodicFlush: 250,
        });
  const options: LoggerOptions = {
    level,
    base: null,
    serializers: { error: pino.stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
  };
  return {
    log: pino({ ...options, redact: { paths, censor: '[redacted]' } }, destination),
    requests: pino(options, destination),
  };
}
