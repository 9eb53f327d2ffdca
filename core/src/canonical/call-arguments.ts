import { isJsonObject, type JsonValue } from './json.ts';

/** The arguments of a call, or their text when that is not JSON. */
export function parsedArguments(text: string): JsonValue {
  try {
    return JSON.parse(text || '{}') as JsonValue;
  } catch {
    return text;
  }
}

/** The arguments of a call in one form, the same for those that a client has parsed and written again. */
export function canonicalArguments(text: string): JsonValue {
  try {
    return sorted(parsedArguments(text));
  } catch {
    // Nested deeper than the stack goes.
    return text;
  }
}

function sorted(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map((entry: JsonValue) => sorted(entry));
  if (!isJsonObject(value)) return value;
  const names = Object.keys(value).toSorted();
  return Object.fromEntries(names.map((name) => [name, sorted(value[name] ?? null)]));
}
