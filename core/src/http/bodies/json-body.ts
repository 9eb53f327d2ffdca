import { isUtf8 } from 'node:buffer';
import { GatewayError, isJsonObject, type JsonObject } from '@dragoman/plugin';
import { unexpectedToken } from '@dragoman/plugin/internal/transport/json/json-scan';
import secureJson from 'secure-json-parse';
import { type BrokenBound, brokenBound } from './json-bounds.ts';

/** Parses a request body, which must be a JSON object. Throws a `GatewayError` of kind `invalid`. */
export function parseJsonBody(body: Uint8Array): JsonObject {
  if (body.length === 0) throw invalid('The request body is empty; expected a JSON object.');
  if (!isUtf8(body)) throw invalid('The request body is not valid UTF-8.');
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  const broken = brokenBound(bytes);
  if (broken) throw beyond(broken);
  const value = parse(bytes);
  if (!isJsonObject(value)) throw invalid('The request body must be a JSON object.');
  return value;
}

function parse(bytes: Buffer): unknown {
  const text = withoutMark(bytes.toString('utf8'));
  try {
    return mayHoldForbiddenKey(text)
      ? secureJson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' })
      : JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : '';
    throw reason.includes('forbidden prototype property')
      ? invalid('The request body contains a forbidden key: "__proto__" or "constructor.prototype".', cause)
      : invalid(`The request body is not valid JSON${fault(bytes, text, reason)}.`, cause);
  }
}

function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

/** Most bodies contain neither these letters nor an escape that could spell them, so they need no search. */
function mayHoldForbiddenKey(text: string): boolean {
  return text.includes('__proto__') || text.includes('constructor') || text.includes('\\u');
}

/** Where the parser stopped, without repeating what the client sent. */
function fault(bytes: Buffer, text: string, reason: string): string {
  if (reason.startsWith('Unexpected end')) return ': unexpected end';
  const position = /position (\d+)/.exec(reason)?.[1];
  // V8 quotes the text around an unexpected token and does not say where it is.
  const before = position
    ? text.slice(0, Number(position))
    : withoutMark(bytes.toString('utf8', 0, unexpectedToken(bytes)));
  const lineStart = before.lastIndexOf('\n') + 1;
  return ` (line ${before.split('\n').length}, column ${before.length - lineStart + 1})`;
}

function beyond({ rule, field }: BrokenBound): GatewayError {
  return new GatewayError(
    'invalid',
    `${field ?? 'The request body'} ${rule}.`,
    field === undefined ? {} : { field },
  );
}

function invalid(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid', message, { cause });
}
