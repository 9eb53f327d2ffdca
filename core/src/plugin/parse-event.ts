import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../canonical/json.ts';
import { parseJson } from './reply-text.ts';

/**
 * Parses the data of one event of an upstream's stream. `what` names it for messages: `an event`. Throws
 * `upstream-broken`; the parser's own message, which would quote the upstream, is kept out of it.
 */
export function parseEvent(data: string, what: string): JsonObject {
  return objectOf(parse(data, what), what);
}

/** As {@link parseEvent}, for servers that may wrap an event in a list. */
export function parseWrappedEvent(data: string, what: string): JsonObject {
  const value = parse(data, what);
  return objectOf(Array.isArray(value) ? (value as readonly JsonValue[])[0] : value, what);
}

function parse(data: string, what: string): JsonValue {
  const value = parseJson(data);
  if (value === undefined) throw broken(`${what} that is not JSON`);
  return value;
}

function objectOf(value: JsonValue | undefined, what: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw broken(`${what} that is no object`);
}

function broken(what: string): GatewayError {
  return new GatewayError('upstream-broken', `The upstream sent ${what}.`);
}
