import { isJsonObject, type JsonValue } from '@dragoman/core';
import type { Schema } from './read-schema.ts';

/** Ways to join two values of a keyword. */
type Join = (one: JsonValue, other: JsonValue) => JsonValue;

/** Alternatives times alternatives grow fast; more than these are not looked at. */
const MAX_ALTERNATIVES = 64;

const list = (value: JsonValue): readonly JsonValue[] => (Array.isArray(value) ? value : [value]);
const larger: Join = (one, other) => Math.max(Number(one), Number(other));
const smaller: Join = (one, other) => Math.min(Number(one), Number(other));
const both: Join = (one, other) => ({ allOf: [one, other] });

const union: Join = (one, other) => [...new Set([...list(one), ...list(other)])];

const common: Join = (one, other) => {
  const texts = new Set(list(other).map((value) => JSON.stringify(value)));
  return list(one).filter((value) => texts.has(JSON.stringify(value)));
};

const commonTypes: Join = (one, other) => common(widen(one), widen(other));

function widen(types: JsonValue): readonly JsonValue[] {
  return list(types).flatMap((type) => (type === 'number' ? ['number', 'integer'] : [type]));
}

const pairs: Join = (one, other) =>
  list(one)
    .slice(0, MAX_ALTERNATIVES)
    .flatMap((left) =>
      list(other)
        .slice(0, MAX_ALTERNATIVES / Math.min(list(one).length, MAX_ALTERNATIVES))
        .map((right) => mergeSchemas([left, right]) ?? false),
    );

const properties: Join = (one, other) => {
  if (!isJsonObject(one) || !isJsonObject(other)) return one;
  const shared = Object.entries(other).map(([name, schema = true]) => {
    const known = Object.hasOwn(one, name) ? one[name] : undefined;
    return [name, known === undefined ? schema : both(known, schema)] as const;
  });
  return { ...one, ...Object.fromEntries(shared) };
};

const JOINS: Readonly<Record<string, Join>> = {
  type: commonTypes,
  enum: common,
  required: union,
  properties,
  items: both,
  allOf: (one, other) => [...list(one), ...list(other)],
  anyOf: pairs,
  oneOf: pairs,
  multipleOf: (one, other) => Number(one) * Number(other),
  ...Object.fromEntries(
    ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'].map((name) => [name, larger]),
  ),
  ...Object.fromEntries(
    ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'].map((name) => [name, smaller]),
  ),
};

/**
 * Joins schemas that must all hold into one that is easier to sample. It may be looser than they are together;
 * whoever samples it checks the value against the original. Gives `undefined` when nothing can hold.
 */
export function mergeSchemas(schemas: readonly JsonValue[]): Schema | undefined {
  let merged: Record<string, JsonValue | undefined> = {};
  for (const schema of schemas) {
    if (schema === false) return undefined;
    if (isJsonObject(schema)) merged = mergeTwo(merged, schema);
  }
  return merged;
}

function mergeTwo(one: Schema, other: Schema): Record<string, JsonValue | undefined> {
  const merged: Record<string, JsonValue | undefined> = { ...one };
  for (const [keyword, value] of Object.entries(other)) {
    const known = merged[keyword];
    if (known === undefined) merged[keyword] = value;
    else if (value === undefined || Object.is(known, value)) continue;
    else if (keyword === '$ref') merged['allOf'] = [...list(merged['allOf'] ?? []), { $ref: value }];
    else merged[keyword] = JOINS[keyword]?.(known, value) ?? known;
  }
  return merged;
}
