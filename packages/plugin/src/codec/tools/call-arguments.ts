import { isJsonObject, type JsonObject, type JsonValue } from '../../canonical/json.ts';
import { parseJson } from '../reply-text.ts';

/** The arguments of a call, or their text if that is not JSON or nests too deep. */
export function parsedArguments(text: string): JsonValue {
  return parseJson(text || '{}') ?? text;
}

/** Arguments for a protocol that takes an object. Invalid JSON, which models write at times, stays readable. */
export function argumentsObject(text: string): JsonObject {
  const value = parsedArguments(text);
  return isJsonObject(value) ? value : { _raw: text };
}

/** The arguments of a call in canonical form, the same after a client has parsed and rewritten them. */
export function canonicalArguments(text: string): JsonValue {
  return sorted(parsedArguments(text));
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => sorted(entry));
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}
