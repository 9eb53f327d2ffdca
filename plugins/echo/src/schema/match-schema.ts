import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  resolveReference,
  type WorkBudget,
} from '@dragoman/core';
import { FORMATS } from './formats.ts';
import { matchPattern } from './match-pattern.ts';
import { readList, readMap, readNames, readNumber, readTypes, type Schema } from './read-schema.ts';

/** References and nesting together; deeper than this is a circle or an attack. */
const MAX_DEPTH = 100;

/** How many values are compared for one step of the budget. */
const COMPARED_AT_ONCE = 8;

/** Where in the work a schema is looked at. */
interface Place {
  readonly root: JsonValue;
  readonly depth: number;
  readonly budget: WorkBudget;
}

/** Whether a value satisfies a schema, as far as its keywords are known here and the budget lasts. */
export function matchSchema(schema: JsonValue, value: JsonValue, work: Omit<Place, 'depth'>): boolean {
  return matches(schema, value, { ...work, depth: 0 });
}

function matches(schema: JsonValue, value: JsonValue, { root, depth, budget }: Place): boolean {
  if (typeof schema === 'boolean') return schema;
  if (!isJsonObject(schema) || depth > MAX_DEPTH || !budget.spend()) return false;
  const place = { root, depth: depth + 1, budget };
  return (
    isAmong(schema, value, budget) &&
    matchesBranches(schema, value, place) &&
    matchesContent(schema, value, place)
  );
}

function matchesContent(schema: Schema, value: JsonValue, place: Place): boolean {
  if (typeof value === 'string') return matchesText(schema, value, place.budget);
  if (typeof value === 'number') return matchesNumber(schema, value);
  if (Array.isArray(value)) return matchesArray(schema, value, place);
  return isJsonObject(value) ? matchesObject(schema, value, place) : true;
}

/** Whether a value is of the types and among the values that a schema allows. */
function isAmong(schema: Schema, value: JsonValue, budget: WorkBudget): boolean {
  const types = readTypes(schema);
  if (types.length > 0 && !types.some((type) => hasType(value, type))) return false;
  if ('const' in schema && !same(schema['const'], value)) return false;
  const listed = readList(schema, 'enum');
  if (!listed) return true;
  return budget.spend(listed.length / COMPARED_AT_ONCE) && listed.some((one) => same(one, value));
}

function hasType(value: JsonValue, type: string): boolean {
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isJsonObject(value);
  if (type === 'integer') return Number.isInteger(value);
  return typeof value === type;
}

function same(one: JsonValue | undefined, other: JsonValue | undefined): boolean {
  if (one === other) return true;
  const areBoth = typeof one === 'object' && typeof other === 'object';
  return areBoth && JSON.stringify(one) === JSON.stringify(other);
}

function matchesBranches(schema: Schema, value: JsonValue, place: Place): boolean {
  const fits = (branch: JsonValue): boolean => matches(branch, value, place);
  const reference = schema['$ref'];
  if (typeof reference === 'string') {
    const target = resolveReference(place.root, reference);
    if (target === undefined || !fits(target)) return false;
  }
  if (readList(schema, 'allOf')?.every(fits) === false) return false;
  if (readList(schema, 'anyOf')?.some(fits) === false) return false;
  const oneOf = readList(schema, 'oneOf');
  if (oneOf !== undefined && oneOf.filter(fits).length !== 1) return false;
  return schema['not'] === undefined || !fits(schema['not']);
}

function matchesText(schema: Schema, value: string, budget: WorkBudget): boolean {
  const { pattern, format } = schema;
  if (!budget.spend(0, value.length)) return false;
  const { length } = Array.from(value);
  if (length < (readNumber(schema, 'minLength') ?? 0)) return false;
  if (length > (readNumber(schema, 'maxLength') ?? Infinity)) return false;
  if (typeof format === 'string' && FORMATS.get(format)?.check.safeParse(value).success === false)
    return false;
  return typeof pattern !== 'string' || matchPattern(pattern, value, budget);
}

function matchesNumber(schema: Schema, value: number): boolean {
  const step = readNumber(schema, 'multipleOf');
  return (
    Number.isFinite(value) &&
    value >= (readNumber(schema, 'minimum') ?? -Infinity) &&
    value <= (readNumber(schema, 'maximum') ?? Infinity) &&
    value > (readNumber(schema, 'exclusiveMinimum') ?? -Infinity) &&
    value < (readNumber(schema, 'exclusiveMaximum') ?? Infinity) &&
    (step === undefined || Number.isInteger(value / step))
  );
}

function matchesArray(schema: Schema, value: readonly JsonValue[], place: Place): boolean {
  if (value.length < (readNumber(schema, 'minItems') ?? 0)) return false;
  if (value.length > (readNumber(schema, 'maxItems') ?? Infinity)) return false;
  if (
    schema['uniqueItems'] === true &&
    new Set(value.map((item) => JSON.stringify(item))).size < value.length
  ) {
    return false;
  }
  return value.every((item, index) => matches(itemSchema(schema, index), item, place));
}

function matchesObject(schema: Schema, value: JsonObject, place: Place): boolean {
  const keys = Object.keys(value);
  if (keys.length < (readNumber(schema, 'minProperties') ?? 0)) return false;
  if (keys.length > (readNumber(schema, 'maxProperties') ?? Infinity)) return false;
  if (readNames(schema, 'required').some((name) => !Object.hasOwn(value, name))) return false;
  return keys.every((key) => matches(propertySchema(schema, key), value[key] ?? null, place));
}

/** What a schema asks of the item at an index. */
export function itemSchema(schema: Schema, index: number): JsonValue {
  return readList(schema, 'prefixItems')?.[index] ?? schema['items'] ?? true;
}

/** What a schema asks of the property of a name. */
export function propertySchema(schema: Schema, name: string): JsonValue {
  const properties = readMap(schema, 'properties');
  const own = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return own ?? schema['additionalProperties'] ?? true;
}
