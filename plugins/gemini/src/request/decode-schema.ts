import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';

/** Limits that this protocol's own schemas may write as text. */
const NUMBERS = ['minItems', 'maxItems', 'minLength', 'maxLength', 'minProperties', 'maxProperties'];

/**
 * A `Schema` of this protocol, a dialect of OpenAPI 3.0, as JSON Schema: types in lower case, `nullable` as a
 * second type, numbers as numbers.
 */
export function decodeSchema(schema: JsonObject): JsonObject {
  const { type, nullable, ...rest } = schema;
  const decoded: Record<string, JsonValue | undefined> = {};
  if (typeof type === 'string' && type !== 'TYPE_UNSPECIFIED') {
    const name = type.toLowerCase();
    decoded['type'] = nullable === true ? [name, 'null'] : name;
  }
  for (const [keyword, value] of Object.entries(rest)) {
    if (value !== undefined) decoded[keyword] = decodeKeyword(keyword, value);
  }
  return decoded;
}

function decodeKeyword(keyword: string, value: JsonValue): JsonValue {
  if (NUMBERS.includes(keyword) && typeof value === 'string') return Number(value);
  if (keyword === 'items' && isJsonObject(value)) return decodeSchema(value);
  if (keyword === 'anyOf' && Array.isArray(value)) {
    return (value as readonly JsonValue[]).map((one) => (isJsonObject(one) ? decodeSchema(one) : one));
  }
  if (keyword === 'properties' && isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, one]) => [
      name,
      isJsonObject(one) ? decodeSchema(one) : one,
    ]);
    return Object.fromEntries(entries) as JsonObject;
  }
  return value;
}
