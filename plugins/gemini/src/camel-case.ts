import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/core';

/** Fields whose keys are the user's own, not the protocol's. */
const FREE = new Set([
  'args',
  'response',
  'labels',
  'partMetadata',
  'parametersJsonSchema',
  'responseJsonSchema',
  'default',
  'example',
]);

/** Every field of this protocol may be spelt in snake case as well. */
export function camelCased(body: JsonObject): JsonObject {
  const entries = Object.entries(body).map(([key, value]) => {
    const name = key.includes('_') ? inCamelCase(key) : key;
    if (name === 'properties' && isJsonObject(value)) return [name, camelCasedSchemas(value)];
    return [name, value === undefined || FREE.has(name) ? value : camelCasedValue(value)];
  });
  return Object.fromEntries(entries) as JsonObject;
}

/** The names of properties are the user's, the schemas behind them the protocol's. */
function camelCasedSchemas(properties: JsonObject): JsonObject {
  const entries = Object.entries(properties).map(([name, schema]) => [name, camelCasedValue(schema ?? {})]);
  return Object.fromEntries(entries) as JsonObject;
}

function camelCasedValue(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return (value as readonly JsonValue[]).map(camelCasedValue);
  return isJsonObject(value) ? camelCased(value) : value;
}

function inCamelCase(key: string): string {
  return key.replaceAll(/(?<=[a-z0-9])_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
