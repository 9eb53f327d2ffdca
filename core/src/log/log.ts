import { pino, type Logger, type LoggerOptions } from 'pino';
import { prettyFactory } from 'pino-pretty';
import type { ResolvedConfig } from '../config/resolved.ts';
import { createLogSink, type LogSink } from './log-sink.ts';
import { NO_SECRETS, replaceSecrets, type Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import { visible, visibleJson } from '../text/visible-text.ts';

export interface Logs {
  /** The main log; secret fields at any depth and known secret values are redacted. */
  readonly log: Logger;
  readonly request: RequestLog;
  readonly sink: LogSink;
}

/**
 * Writes the one line of a request. Its fields are known and none is secret, so nothing is redacted: one
 * `JSON.stringify` takes a quarter of the time that a logger takes for so many fields.
 */
export type RequestLog = (line: RequestLine) => void;

/** The whole line, so that its fields need not be copied. */
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
  /** Redacted by value, everywhere. */
  readonly secrets?: () => Secrets;
  /** Headers in which clients send their key. */
  readonly credentials?: readonly string[];
}

/** Names of fields that may contain a secret, anywhere in a logged object. */
const SECRET_FIELDS = ['apiKey', 'authorization', 'password', 'token', 'secret', 'cookie'];

/** JSON lines are written in batches, in bytes: each write wakes another thread. */
const HELD_JSON = 64 * 1024;

/** The process's loggers: JSON lines, or readable ones in a terminal. */
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
    // Errors may quote upstreams, which may quote credentials.
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

/** Formats an entry as one line for a terminal. */
export function prettyLines(): (line: string) => string {
  const pretty = prettyFactory({
    ...{ colorize: process.stdout.isTTY, singleLine: true },
    ignore: 'pid,hostname,audit',
    messageFormat: (entry, messageKey) => auditText(entry) ?? String(entry[messageKey]),
  });
  return (line) => pretty(visibleLine(line));
}

/** An audit entry in short, without hash and number. */
function auditText({ audit }: Record<string, unknown>): string | undefined {
  if (typeof audit !== 'object' || audit === null) return undefined;
  const { operation, target, outcome } = audit as Readonly<Record<string, string | undefined>>;
  return ['Audit:', operation, target, outcome && `(${outcome})`].filter(Boolean).join(' ');
}

/** Escapes terminal control characters in a JSON line: the pretty format writes strings as they are. */
export function visibleLine(line: string): string {
  const value: unknown = JSON.parse(line, (name, field: unknown) => {
    if (typeof field !== 'string') return field;
    // The lines of a stack trace stay.
    return name === 'stack' ? field.split('\n').map(visible).join('\n') : visible(field);
  });
  return `${JSON.stringify(value)}\n`;
}
