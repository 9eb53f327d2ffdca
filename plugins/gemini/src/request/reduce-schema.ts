import { isJsonObject, type JsonObject, type JsonValue, weigh, type WorkBudget } from '@dragoman/plugin';
import { type Path, References } from './references.ts';
import { arrayOf } from '../wire.ts';

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

/**
 * Reduces a JSON Schema to the dialect of OpenAPI 3.0 that older models take, which refuse any other keyword.
 * Only keywords are touched: a property may well be called `const`. References are replaced by what they stand for,
 * which the budget bounds.
 */
export function reduceSchema(schema: JsonObject, budget: WorkBudget): JsonObject {
  return reduce(schema, {
    references: new References(schema, budget),
    seen: [],
    joined: [],
    depth: 0,
    budget,
  });
}

interface Place extends Path {
  readonly references: References;
  readonly depth: number;
  readonly budget: WorkBudget;
}

function reduce(given: JsonObject, place: Place): JsonObject {
  const { budget, references } = place;
  if (place.depth > MAX_DEPTH) return { type: 'object' };
  const { schema, seen, joined } = references.merged(given, place);
  if (!schema) return { type: 'object' };
  const inner = { ...place, seen, joined, depth: place.depth + 1 };
  const reduced: Record<string, JsonValue | undefined> = { ...typeOf(schema) };
  for (const keyword of KNOWN) if (schema[keyword] !== undefined) reduced[keyword] = schema[keyword];
  const values = schema['const'] === undefined ? arrayOf(schema['enum']) : [schema['const']];
  if (values.length > 0) Object.assign(reduced, enumOf(values, reduced['type']));
  Object.assign(reduced, limitsOf(schema));
  const described = descriptionOf(schema);
  if (described !== undefined) reduced['description'] = described;
  budget.charge(1, weigh(reduced) + weigh(schema['required']));
  reduceChildren(schema, reduced, inner);
  return reduced;
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
  const one = (value: JsonValue): JsonObject => {
    if (isJsonObject(value)) return reduce(value, place);
    place.budget.charge();
    return {};
  };
  if (isJsonObject(properties)) {
    const entries = Object.entries(properties).map(([name, value]) => {
      place.budget.charge(0, name.length);
      return [name, one(value ?? {})] as const;
    });
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
