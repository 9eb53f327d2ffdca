import { isUtf8 } from 'node:buffer';
import secureJson from 'secure-json-parse';
import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject } from '../canonical/json.ts';
import { jsonDepth } from './json-scan.ts';

/** Deeper than any real request, shallow enough for every recursive function behind. */
const MAX_DEPTH = 512;

/** Parses a request's body, which must be a JSON object. Throws a `GatewayError` of kind `invalid`. */
export function parseJsonBody(bytes: Buffer): JsonObject {
  if (bytes.length === 0) throw invalid('The request body is empty; expected a JSON object.');
  if (!isUtf8(bytes)) throw invalid('The request body is not valid UTF-8.');
  if (jsonDepth(bytes, MAX_DEPTH + 1) > MAX_DEPTH) {
    throw invalid(`The request body nests deeper than ${MAX_DEPTH} levels.`);
  }
  const value = parse(bytes.toString('utf8').replace(/^\uFEFF/, ''));
  if (!isJsonObject(value)) throw invalid('The request body must be a JSON object.');
  return value;
}

function parse(text: string): unknown {
  try {
    return secureJson.parse(text, undefined, { protoAction: 'error', constructorAction: 'error' });
  } catch (cause) {
    const isForbidden = cause instanceof SyntaxError && cause.message.includes('forbidden prototype property');
    throw isForbidden
      ? invalid('The request body holds a key that is not allowed, such as "__proto__".', cause)
      : invalid(`The request body is not valid JSON${position(text, cause)}.`, cause);
  }
}

/** Where the parser stopped, without repeating what the client sent. */
function position(text: string, cause: unknown): string {
  const at = /position (\d+)/.exec(cause instanceof Error ? cause.message : '')?.[1];
  if (at === undefined) return '';
  const before = text.slice(0, Number(at)).split('\n');
  return ` (line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1})`;
}

function invalid(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid', message, { cause });
}
