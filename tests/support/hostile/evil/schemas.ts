import type { Dice } from '../dice.ts';
import type { Tree } from '../json-tree.ts';

type Schema = { [key: string]: Tree };

const EVIL_PATTERNS = [
  '^(a+)+$',
  '(a|a)*b',
  '^(([a-z])+.)+[A-Z]([a-z])+$',
  '(x+x+)+y',
  '[',
  '(?<=a{1000})b',
  '\\p{L}{1,9999}',
  '{9999}'.repeat(3),
  '(?:(?:a{0,99}){0,99}){0,99}',
  '(?<n>a)\\k<n>',
  '\\u{110000}',
];

/** Levels of definitions that each refer to the next several times: inlined, they have `width ** levels` nodes. */
function referenceBomb(levels: number, width: number): Schema {
  const definitions: Schema = {};
  for (let level = 0; level < levels; level += 1) {
    const next = level + 1 < levels ? { $ref: `#/$defs/l${level + 1}` } : { type: 'string' };
    const properties = Object.fromEntries(Array.from({ length: width }, (_, at) => [`p${at}`, next]));
    definitions[`l${level}`] = { type: 'object', properties };
  }
  return { type: 'object', properties: { root: { $ref: '#/$defs/l0' } }, $defs: definitions };
}

function nested(
  word: 'allOf' | 'anyOf' | 'oneOf' | 'not' | 'items' | 'additionalProperties',
  depth: number,
): Schema {
  let schema: Schema = { type: 'string' };
  for (let level = 0; level < depth; level += 1) {
    schema = { [word]: word.endsWith('Of') ? [schema, { type: 'object' }] : schema };
  }
  return { type: 'object', properties: { city: schema } };
}

const SCHEMAS: readonly ((dice: Dice) => Tree)[] = [
  (dice) => referenceBomb(dice.between(4, 14), dice.between(2, 8)),
  () => ({ allOf: [{ $ref: '#' }] }),
  () => ({ type: 'object', properties: { a: { $ref: '#/properties/b' }, b: { $ref: '#/properties/a' } } }),
  () => ({
    $ref: '#/$defs/a',
    $defs: {
      a: { anyOf: [{ $ref: '#/$defs/a' }, { $ref: '#/$defs/b' }] },
      b: { allOf: [{ $ref: '#/$defs/a' }] },
    },
  }),
  (dice) => ({
    $ref: dice.pick([
      '#/nowhere',
      '#/$defs/%00',
      'http://127.0.0.1:1/schema',
      'file:///etc/passwd',
      '#/__proto__',
      '',
    ]),
  }),
  (dice) =>
    nested(
      dice.pick(['allOf', 'anyOf', 'oneOf', 'not', 'items', 'additionalProperties']),
      dice.pick([10, 60, 200]),
    ),
  (dice) => ({
    type: 'object',
    properties: { [`${'a'.repeat(40)}!`]: { type: 'string', pattern: dice.pick(EVIL_PATTERNS) } },
    required: [`${'a'.repeat(40)}!`],
    patternProperties: { [dice.pick(EVIL_PATTERNS)]: {} },
  }),
  (dice) => ({
    type: 'object',
    properties: {
      city: { type: 'string', pattern: dice.pick(EVIL_PATTERNS), minLength: dice.pick([0, 100, 1e9]) },
    },
  }),
  (dice) => ({
    type: 'object',
    properties: {
      list: {
        type: 'array',
        uniqueItems: true,
        minItems: dice.pick([5, 5_000, 1e9]),
        items: { type: 'object' },
      },
    },
  }),
  (dice) => ({
    type: 'object',
    properties: {
      n: { type: 'number', multipleOf: dice.pick([0, -1, 1e-300, 1e308]), minimum: 1e308, maximum: -1e308 },
    },
  }),
  (dice) => ({
    type: 'object',
    properties: Object.fromEntries(
      dice.list(dice.pick([100, 2_000]), (at) => [`p${at}`, { type: 'string' }]),
    ),
  }),
  (dice) => ({ enum: dice.list(dice.pick([100, 5_000]), (at) => `v${at}`) }),
  () => ({ const: { deep: [[[[]]]] } }),
  () => ({ type: ['object', 'null', 'object', 7] as Tree, properties: [] as Tree, required: 'city' }),
  () => JSON.parse('{"if":{},"then":{"$ref":"#"},"else":{"$ref":"#"},"properties":{"then":{}}}') as Tree,
  () => ({
    type: 'object',
    dependentSchemas: { a: { $ref: '#' } },
    unevaluatedProperties: { $ref: '#' },
    propertyNames: { $ref: '#' },
  }),
  () =>
    JSON.parse(
      '{"type":"object","properties":{"__proto__":{"type":"string"},"constructor":{"type":"object"}}}',
    ) as Tree,
  () => true,
  () => 'string',
];

export function evilSchema(dice: Dice): Tree {
  return structuredClone(dice.pick(SCHEMAS)(dice));
}
