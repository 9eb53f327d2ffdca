import { pino, type Logger, type LoggerOptions } from 'pino';
import pretty from 'pino-pretty';
import type { ResolvedConfig } from './config/resolved.ts';
import { visible, visibleJson } from './visible-text.ts';

export interface Logs {
  /** For everything that happens; fields with secrets are redacted, wherever they are. */
  readonly log: Logger;
  readonly request: RequestLog;
}

/**
 * Writes the one line of a request. Its fields are known and none is secret, so nothing is searched: one call of
 * `JSON.stringify` takes a quarter of the time that a logger takes for so many fields.
 */
export type RequestLog = (fields: object) => void;

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

const INFO = pino.levels.values['info'];

/** The process's loggers: JSON lines in production, readable in a terminal. */
export function createLogs({ level, format }: Pick<ResolvedConfig['log'], 'level' | 'format'>): Logs {
  const paths = SECRET_FIELDS.flatMap((name) => [`["${name}"]`, `*["${name}"]`, `*.*["${name}"]`]);
  const destination = format === 'pretty' ? createPrettyLines() : createJsonLines();
  const options: LoggerOptions = {
    level,
    base: null,
    serializers: { error: pino.stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[redacted]' },
  };
  const log = pino(options, destination);
  const request: RequestLog = (fields) => {
    const line = { level: INFO, time: new Date().toISOString(), ...fields, msg: 'request' };
    destination.write(`${JSON.stringify(line)}\n`);
  };
  return { log, request: log.isLevelEnabled('info') ? request : () => {} };
}

/** What the buffer mode of pino's destination takes; its types only know the text mode. */
interface ByteDestination {
  write(bytes: Uint8Array): boolean;
  flush(callback?: (error?: Error) => void): void;
}

function createPrettyLines(): { write(line: string): boolean } {
  const lines = pretty({ colorize: process.stdout.isTTY, ignore: 'pid,hostname', sync: true });
  return { write: (line) => lines.write(visibleLine(line)) };
}

/** A JSON line whose texts show what a terminal would act on: the pretty form writes them as they are. */
export function visibleLine(line: string): string {
  const value: unknown = JSON.parse(line, (name, field: unknown) => {
    if (typeof field !== 'string') return field;
    // The lines of a stack are its form.
    return name === 'stack' ? field.split('\n').map(visible).join('\n') : visible(field);
  });
  return `${JSON.stringify(value)}\n`;
}

/** Lines to the standard output, many at a time. As text, each line would make a copy of all that wait. */
function createJsonLines() {
  const bytes = pino.destination({
    dest: 1,
    contentMode: 'buffer',
    minLength: 16 * 1024,
    maxWrite: 64 * 1024,
    maxLength: MOST_UNWRITTEN,
    sync: false,
    periodicFlush: 250,
  }) as unknown as ByteDestination;
  return {
    write: (line: string): boolean => bytes.write(Buffer.from(visibleJson(line))),
    flush: (callback?: (error?: Error) => void): void => bytes.flush(callback),
  };
}
