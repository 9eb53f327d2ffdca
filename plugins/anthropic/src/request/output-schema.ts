import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';

/** What structured output takes of JSON Schema; the rest is told to the model in the description. */
const LIMITS = [
  'minimum',
  'maximum',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'maxItems',
  'uniqueItems',
  'minProperties',
  'maxProperties',
] as const;

const FORMATS = ['date-time', 'time', 'date', 'duration', 'email', 'hostname', 'uri', 'ipv4', 'ipv6', 'uuid'];

/** Keywords that hold one schema, many in a list, or many by name. */
const ONE = ['items', 'not'];
const MANY = ['anyOf', 'allOf', 'prefixItems'];
const NAMED = ['properties', '$defs', 'definitions'];

/**
 * Reduces a JSON Schema to what `output_config.format` takes: every object is closed, and limits move to the
 * description. Only keywords are touched: a property may well be called `pattern`.
 */
export function reduceOutputSchema(schema: JsonObject): JsonObject {
  const { oneOf, ...rest } = schema;
  const reduced: Record<string, JsonValue | undefined> = {};
  const lost: string[] = [];
  for (const [keyword, value] of Object.entries(rest)) {
    if (value === undefined) continue;
    if (isLost(keyword, value)) lost.push(`${keyword}: ${JSON.stringify(value)}`);
    else reduced[keyword] = reduceValue(keyword, value);
  }
  if (Array.isArray(oneOf)) reduced['anyOf'] = reduceValue('anyOf', oneOf);
  if (isObjectSchema(reduced)) reduced['additionalProperties'] = false;
  if (lost.length > 0) reduced['description'] = described(schema['description'], lost);
  return reduced;
}

function isLost(keyword: string, value: JsonValue): boolean {
  if (keyword === 'minItems') return value !== 0 && value !== 1;
  if (keyword === 'format') return typeof value !== 'string' || !FORMATS.includes(value);
  return (LIMITS as readonly string[]).includes(keyword);
}

function reduceValue(keyword: string, value: JsonValue): JsonValue {
  if (ONE.includes(keyword)) return reduceAny(value);
  if (MANY.includes(keyword) && Array.isArray(value)) return value.map(reduceAny);
  if (NAMED.includes(keyword) && isJsonObject(value)) {
    const entries = Object.entries(value).map(([name, schema]) => [name, reduceAny(schema ?? {})]);
    return Object.fromEntries(entries) as JsonObject;
  }
  return value;
}

function reduceAny(schema: JsonValue): JsonValue {
  return isJsonObject(schema) ? reduceOutputSchema(schema) : schema;
}

function isObjectSchema({ type, properties }: JsonObject): boolean {
  const types = Array.isArray(type) ? (type as readonly JsonValue[]) : [type];
  return types.includes('object') || (type === undefined && properties !== undefined);
}

function described(description: JsonValue | undefined, lost: readonly string[]): string {
  const limits = `(${lost.join(', ')})`;
  return typeof description === 'string' && description !== '' ? `${description} ${limits}` : limits;
}
