import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  resolveReference,
  weigh,
  WorkBudget,
} from '@dragoman/core';
import { itemSchema, matchSchema, propertySchema } from './match-schema.ts';
import { mergeSchemas } from './merge-schemas.ts';
import { readList, readMap, readNames, readNumber, readTypes, type Schema } from './read-schema.ts';
import { sampleNumber } from './sample-number.ts';
import { sampleText } from './sample-text.ts';

/** For all tools of a request together: each step takes about a microsecond. */
const LIMITS = { nodes: 20_000, bytes: 2_000_000 };
/** How many keywords are merged for one step of the budget. */
const MERGED_AT_ONCE = 8;
const MAX_ITEMS = 1000;
const MAX_DEPTH = 60;

const ANY_TYPE = ['string', 'integer', 'object', 'array', 'boolean', 'null', 'number'];
const TYPE_BY_KEYWORD: Readonly<Record<string, string>> = {
  properties: 'object',
  required: 'object',
  minProperties: 'object',
  items: 'array',
  prefixItems: 'array',
  minItems: 'array',
  minimum: 'number',
  maximum: 'number',
  multipleOf: 'number',
};

/** Where the search stands. References on the way here are not followed again: no finite value needs it. */
interface Place {
  readonly root: JsonValue;
  readonly references: ReadonlySet<string>;
  readonly depth: number;
  readonly budget: WorkBudget;
}

/**
 * Finds a small value that satisfies a JSON Schema: always the same one for the same schema. Guesses are made
 * from the keywords and checked, so a wrong guess costs time and never gives a wrong value. A `hint`, or parts of
 * it, is used where it satisfies. Gives `undefined` when no value was found.
 */
export function sampleSchema(
  schema: JsonValue,
  hint?: JsonValue,
  budget: WorkBudget = sampleBudget(),
): JsonValue | undefined {
  const place = { root: schema, references: new Set(['#']), depth: 0, budget };
  for (const value of values(schema, place, hint)) return value;
  return undefined;
}

/** The work that the samples of one request may take. */
export function sampleBudget(): WorkBudget {
  return new WorkBudget({ field: 'tools', claim: 'The schema is' }, LIMITS);
}

/** The guesses that satisfy. */
function* values(schema: JsonValue, place: Place, hint: JsonValue | undefined): Generator<JsonValue> {
  for (const value of guesses(schema, { ...place, depth: place.depth + 1 }, hint)) {
    if (matchSchema(schema, value, place)) yield value;
  }
}

function* guesses(schema: JsonValue, place: Place, hint: JsonValue | undefined): Generator<JsonValue> {
  if (!place.budget.spend()) return;
  if (hint !== undefined) yield hint;
  if (schema === true) yield 'echo';
  if (!isJsonObject(schema) || place.depth > MAX_DEPTH) return;
  for (const value of statedValues(schema)) {
    if (!place.budget.spend(0, weigh(value))) return;
    yield value;
  }
  const parts = splitBranches(schema, place);
  if (parts === undefined) {
    for (const type of likelyTypes(schema)) yield* guessesOfType(type, schema, { ...place, hint });
    return;
  }
  const cost = Object.keys(parts.rest).length / MERGED_AT_ONCE;
  for (const branch of parts.branches) {
    if (!place.budget.spend(cost)) return;
    const merged = mergeSchemas([parts.rest, ...branch]);
    if (merged) yield* guesses(merged, parts.place, hint);
  }
}

/** Values that a schema names itself. */
function* statedValues(schema: Schema): Generator<JsonValue> {
  if (schema['const'] !== undefined) yield schema['const'];
  yield* readList(schema, 'enum') ?? [];
  if (schema['default'] !== undefined) yield schema['default'];
  yield* readList(schema, 'examples') ?? [];
}

interface Branches {
  readonly rest: Schema;
  /** Each is a list of schemas that must all hold beside the rest. */
  readonly branches: readonly (readonly JsonValue[])[];
  readonly place: Place;
}

/** Takes one keyword that points at other schemas away, so that the rest can be merged with each of them. */
function splitBranches(schema: Schema, place: Place): Branches | undefined {
  const { $ref: reference, ...withoutReference } = schema;
  const deeper = { ...place, depth: place.depth + 1 };
  if (typeof reference === 'string') {
    const target = place.references.has(reference) ? undefined : resolveReference(place.root, reference);
    const references = new Set([...place.references, reference]);
    const branches = target === undefined ? [] : [[target]];
    return { rest: withoutReference, branches, place: { ...deeper, references } };
  }
  const { allOf: _allOf, ...withoutAll } = schema;
  const all = readList(schema, 'allOf');
  if (all) return { rest: withoutAll, branches: [all], place: deeper };
  for (const keyword of ['anyOf', 'oneOf']) {
    const alternatives = readList(schema, keyword);
    if (!alternatives) continue;
    const rest = Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));
    return { rest, branches: alternatives.map((alternative) => [alternative]), place: deeper };
  }
  return undefined;
}

function likelyTypes(schema: Schema): readonly string[] {
  const types = readTypes(schema);
  if (types.length > 0 || schema['type'] !== undefined) return types;
  const hinted = Object.keys(schema).flatMap((keyword) => TYPE_BY_KEYWORD[keyword] ?? []);
  return [...new Set([...hinted, ...ANY_TYPE])];
}

function* guessesOfType(
  type: string,
  schema: Schema,
  place: Place & { readonly hint: JsonValue | undefined },
): Generator<JsonValue> {
  if (type === 'string') yield* sampleText(schema);
  else if (type === 'integer' || type === 'number') yield* sampleNumber(schema, type);
  else if (type === 'boolean') yield* [true, false];
  else if (type === 'null') yield null;
  else if (type === 'array') yield* arrays(schema, place);
  else if (type === 'object') yield* objects(schema, place, isJsonObject(place.hint) ? place.hint : {});
}

function* arrays(schema: Schema, place: Place): Generator<JsonValue> {
  const least = readNumber(schema, 'minItems') ?? 0;
  if (least > MAX_ITEMS) return;
  const unique = schema['uniqueItems'] === true;
  const items: JsonValue[] = [];
  const taken = new Set<string>();
  for (let index = 0; index < least; index += 1) {
    const item = firstUntaken(
      values(itemSchema(schema, index), place, undefined),
      unique ? taken : new Set(),
    );
    if (item === undefined) return;
    taken.add(JSON.stringify(item));
    items.push(item);
  }
  yield items;
  const [further] = values(itemSchema(schema, least), place, undefined);
  if (further !== undefined) yield [...items, further];
}

function firstUntaken(candidates: Iterable<JsonValue>, taken: ReadonlySet<string>): JsonValue | undefined {
  for (const value of candidates) if (!taken.has(JSON.stringify(value))) return value;
  return undefined;
}

/** The least object, then the same with one property changed at a time. */
function* objects(schema: Schema, place: Place, hint: JsonObject): Generator<JsonValue> {
  const required = readNames(schema, 'required');
  const known = Object.keys(readMap(schema, 'properties'));
  const names = new Set([...required, ...known.filter((name) => hint[name] !== undefined)]);
  const least = readNumber(schema, 'minProperties') ?? 0;
  if (least > MAX_ITEMS) return;
  const spare = [...known, ...Array.from({ length: least }, (_, index) => `echo${index + 1}`)];
  for (const name of spare) if (names.size < least) names.add(name);
  const properties = new Map<string, JsonValue>();
  for (const name of names) {
    const [value] = values(propertySchema(schema, name), place, hint[name]);
    if (value !== undefined) properties.set(name, value);
    else if (required.includes(name)) return;
  }
  yield Object.fromEntries(properties);
  for (const name of properties.keys()) {
    for (const value of values(propertySchema(schema, name), place, undefined)) {
      yield Object.fromEntries([...properties, [name, value]]);
    }
  }
}
