import { pino, type Logger, type LoggerOptions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { ResolvedConfig } from '../config/resolved.ts';
import { createLogSink, type LogSink } from './log-sink.ts';
import { NO_SECRETS, replaceSecrets, type Secrets } from '../text/secret-texts.ts';
import { visible, visibleJson } from '../text/visible-text.ts';

export interface Logs {
  /** For everything that happens; fields with secrets are redacted, wherever they are, and so are known secrets. */
  readonly log: Logger;
  readonly request: RequestLog;
  readonly sink: LogSink;
}

/**
 * Writes the one line of a request. Its fields are known and none is secret, so nothing is searched: one call of
 * `JSON.stringify` takes a quarter of the time that a logger takes for so many fields.
 */
export type RequestLog = (line: RequestLine) => void;

/** All of the line, so that its fields need not be copied into another object. */
export interface RequestLine {
  readonly level: typeof INFO;
  readonly time: string;
  readonly requestId: string;
  readonly [field: string]: unknown;
  readonly msg: 'request';
}

/** The level of a request's line. */
export const INFO = pino.levels.values['info'];

export interface LogSecrets {
  /** What must appear nowhere, by value. */
  readonly secrets?: () => Secrets;
  /** Headers in which clients send their key. */
  readonly credentials?: readonly string[];
}

/** Fields that may hold a secret wherever they turn up in a logged object. */
const SECRET_FIELDS = ['apiKey', 'authorization', 'password', 'token', 'secret', 'cookie'];

/** JSON lines are written many at a time, in bytes: each write wakes another thread. */
const HELD_JSON = 64 * 1024;

/** The process's loggers: JSON lines in production, readable in a terminal. Secrets are left out by value, too. */
export function createLogs(
  { level, format }: Pick<ResolvedConfig['log'], 'level' | 'format'>,
  { secrets = () => NO_SECRETS, credentials = [] }: LogSecrets = {},
): Logs {
  const paths = [...SECRET_FIELDS, ...credentials].flatMap((name) => [
    `["${name}"]`,
    `*["${name}"]`,
    `*.*["${name}"]`,
  ]);
  const isPretty = format === 'pretty';
  const encode = isPretty ? prettyLines() : visibleJson;
  const sink = createLogSink({
    fd: 1,
    holds: isPretty ? 0 : HELD_JSON,
    onLost: (lines) => log.warn({ lines }, 'Log lines were lost because they could not be written.'),
  });
  const destination = {
    // Errors may hold what an upstream said, and that what it was sent.
    write: (line: string): boolean => sink.write(encode(replaceSecrets(line, secrets()))),
    flush: (done?: () => void): void => sink.flush(done),
  };
  const options: LoggerOptions = {
    level,
    base: null,
    serializers: { error: pino.stdSerializers.err },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths, censor: '[redacted]' },
  };
  const log = pino(options, destination);
  const request: RequestLog = (line) => void sink.write(encode(`${JSON.stringify(line)}\n`));
  return { log, request: log.isLevelEnabled('info') ? request : () => {}, sink };
}

/** As a terminal shows it: one line for each entry. */
export function prettyLines(): (line: string) => string {
  const pretty = prettyFactory({
    ...{ colorize: process.stdout.isTTY, singleLine: true },
    ignore: 'pid,hostname,audit',
    messageFormat: (entry, messageKey) => auditText(entry) ?? String(entry[messageKey]),
  });
  return (line) => pretty(visibleLine(line));
}

/** What an entry of the audit log says, without its hash and its number, which are for machines. */
function auditText({ audit }: Record<string, unknown>): string | undefined {
  if (typeof audit !== 'object' || audit === null) return undefined;
  const { operation, target, outcome } = audit as Readonly<Record<string, string | undefined>>;
  return ['Audit:', operation, target, outcome && `(${outcome})`].filter(Boolean).join(' ');
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
