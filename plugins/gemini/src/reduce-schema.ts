import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/core';
import { arrayOf } from './wire.ts';

/** What a `Schema` of this protocol knows besides the keywords that hold schemas. */
const KNOWN = [
  'format',
  'title',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'example',
  'default',
  'propertyOrdering',
] as const;

/** Limits that are told to the model in words. */
const TOLD = [
  'exclusiveMinimum',
  'exclusiveMaximum',
  'multipleOf',
  'uniqueItems',
  'not',
  'contains',
] as const;

const MAX_DEPTH = 24;

interface Place {
  readonly root: JsonObject;
  /** References that led here: a schema within itself has no end. */
  readonly seen: readonly string[];
  readonly depth: number;
}

/**
 * Reduces a JSON Schema to the dialect of OpenAPI 3.0 that older models take, which refuse any other keyword.
 * Only keywords are touched: a property may well be called `const`.
 */
export function reduceSchema(schema: JsonObject): JsonObject {
  return reduce(schema, { root: schema, seen: [], depth: 0 });
}

function reduce(given: JsonObject, place: Place): JsonObject {
  if (place.depth > MAX_DEPTH) return { type: 'object' };
  const { schema, seen } = resolve(given, place);
  if (!schema) return { type: 'object' };
  const inner = { ...place, seen, depth: place.depth + 1 };
  const merged = mergeAll(schema, inner);
  const reduced: Record<string, JsonValue | undefined> = { ...typeOf(merged) };
  for (const keyword of KNOWN) if (merged[keyword] !== undefined) reduced[keyword] = merged[keyword];
  const values = merged['const'] === undefined ? arrayOf(merged['enum']) : [merged['const']];
  if (values.length > 0) Object.assign(reduced, enumOf(values, reduced['type']));
  Object.assign(reduced, limitsOf(merged));
  const described = descriptionOf(merged);
  if (described !== undefined) reduced['description'] = described;
  reduceChildren(merged, reduced, inner);
  return reduced;
}

/** Follows a reference within the same schema. */
function resolve(
  schema: JsonObject,
  { root, seen }: Place,
): { readonly schema: JsonObject | undefined; readonly seen: readonly string[] } {
  const { $ref, ...rest } = schema;
  if (typeof $ref !== 'string') return { schema, seen };
  if (seen.includes($ref)) return { schema: undefined, seen };
  const target = $ref
    .replace(/^#\/?/, '')
    .split('/')
    .filter((key) => key !== '')
    .map((key) => decodeURIComponent(key).replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<JsonValue | undefined>((value, key) => (isJsonObject(value) ? value[key] : undefined), root);
  if (!isJsonObject(target)) return { schema: undefined, seen };
  const next = resolve({ ...target, ...rest }, { root, seen: [...seen, $ref], depth: 0 });
  return next;
}

/** `allOf`, joined into one. */
function mergeAll({ allOf, ...schema }: JsonObject, place: Place): JsonObject {
  return arrayOf(allOf)
    .filter(isJsonObject)
    .reduce<JsonObject>((merged, one) => {
      const { schema: part = {} } = resolve(one, place);
      const inner = mergeAll(part, place);
      const properties = { ...objectOf(merged['properties']), ...objectOf(inner['properties']) };
      const required = [...arrayOf(merged['required']), ...arrayOf(inner['required'])];
      return {
        ...merged,
        ...inner,
        ...(Object.keys(properties).length > 0 && { properties }),
        ...(required.length > 0 && { required: [...new Set(required)] }),
      };
    }, schema);
}

/** One type, and whether it may be null; several others become alternatives. */
function typeOf({ type, nullable, properties, items }: JsonObject): JsonObject {
  const types = Array.isArray(type) ? (type as readonly JsonValue[]) : type === undefined ? [] : [type];
  const real = types.filter((one): one is string => typeof one === 'string' && one !== 'null');
  const isNullable = types.includes('null') || nullable === true;
  const guess = properties === undefined ? (items === undefined ? undefined : 'array') : 'object';
  const [first = guess] = real;
  return {
    ...(first !== undefined && real.length <= 1 && { type: first }),
    ...(real.length > 1 && { anyOf: real.map((one) => ({ type: one })) }),
    ...(isNullable && { nullable: true }),
  };
}

/** Values are texts here; of numbers they are told in the type alone. */
function enumOf(values: readonly JsonValue[], type: JsonValue | undefined): JsonObject {
  const isNullable = values.includes(null);
  const texts = values.filter((value) => value !== null);
  const nullable = isNullable ? { nullable: true } : {};
  if (type !== undefined && type !== 'string') return nullable;
  return {
    type: 'string',
    enum: texts.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))),
    ...nullable,
  };
}

/** Of whole numbers, an open limit has a closed one beside it. */
function limitsOf({ type, exclusiveMinimum, exclusiveMaximum }: JsonObject): JsonObject {
  const step = type === 'integer' ? 1 : 0;
  return {
    ...(typeof exclusiveMinimum === 'number' && { minimum: exclusiveMinimum + step }),
    ...(typeof exclusiveMaximum === 'number' && { maximum: exclusiveMaximum - step }),
  };
}

function descriptionOf(schema: JsonObject): string | undefined {
  const own = typeof schema['description'] === 'string' ? schema['description'] : '';
  const isClosed = schema['type'] === 'integer';
  const lost = TOLD.filter(
    (keyword) => schema[keyword] !== undefined && !(isClosed && keyword.startsWith('exclusive')),
  ).map((keyword) => `${keyword}: ${JSON.stringify(schema[keyword])}`);
  const type = schema['type'];
  const values = schema['const'] === undefined ? arrayOf(schema['enum']) : [schema['const']];
  if (values.length > 0 && type !== undefined && type !== 'string' && !Array.isArray(type))
    lost.push(`one of: ${JSON.stringify(values)}`);
  const text = lost.length > 0 ? `${own} (${lost.join(', ')})`.trim() : own;
  return text === '' ? undefined : text;
}

function reduceChildren(
  schema: JsonObject,
  reduced: Record<string, JsonValue | undefined>,
  place: Place,
): void {
  const { properties, items, prefixItems, anyOf, oneOf, required } = schema;
  const one = (value: JsonValue): JsonObject => (isJsonObject(value) ? reduce(value, place) : {});
  if (isJsonObject(properties)) {
    const entries = Object.entries(properties).map(([name, value]) => [name, one(value ?? {})] as const);
    reduced['properties'] = Object.fromEntries(entries);
  }
  if (isJsonObject(items)) reduced['items'] = one(items);
  else if (Array.isArray(prefixItems)) reduced['items'] = { anyOf: prefixItems.map(one) };
  else if (reduced['type'] === 'array') reduced['items'] = {};
  const branches = [...arrayOf(anyOf), ...arrayOf(oneOf)];
  const real = branches.filter((branch) => !(isJsonObject(branch) && branch['type'] === 'null'));
  if (real.length < branches.length) reduced['nullable'] = true;
  if (real.length === 1 && reduced['type'] === undefined) Object.assign(reduced, one(real[0] ?? {}));
  else if (real.length > 0) reduced['anyOf'] = real.map(one);
  const names = arrayOf(required).filter(
    (name) => typeof name === 'string' && isJsonObject(properties) && Object.hasOwn(properties, name),
  );
  if (names.length > 0) reduced['required'] = names;
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
