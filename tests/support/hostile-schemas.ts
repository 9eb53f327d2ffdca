import type { JsonObject, JsonValue } from '@dragoman/plugin';
import fc from 'fast-check';

const LETTERS = ['a', 'b', 'c', 'd', 'e', 'f'];
const times = <T>(n: number, make: (at: number) => T): readonly T[] =>
  Array.from({ length: n }, (_, at) => make(at));
const named = (names: readonly string[], make: (name: string, at: number) => JsonValue): JsonObject =>
  Object.fromEntries(names.map((name, at) => [name, make(name, at)]));

/** Levels that each refer to the next one several times: few bytes stand for billions of nodes. */
function ladder(levels: number, step: (to: string) => JsonObject): JsonObject {
  const defs = times(levels, (at) => [`l${at}`, step(`#/$defs/l${at + 1}`)] as const);
  return { $defs: { ...Object.fromEntries(defs), [`l${levels}`]: { type: 'string' } }, $ref: '#/$defs/l0' };
}

const trap = `${'a'.repeat(40)}!`;
const many = times(700, (at) => `p${at}`);

/** Small schemas that cost much where nothing bounds the work. */
export const HOSTILE_SCHEMAS: Readonly<Record<string, JsonObject>> = {
  'properties that refer on': ladder(12, ($ref) => ({
    type: 'object',
    required: LETTERS,
    properties: named(LETTERS, () => ({ $ref })),
  })),
  'joined references': ladder(14, ($ref) => ({ allOf: [{ $ref }, { $ref }, { $ref }] })),
  'alternatives that refer on': ladder(14, ($ref) => ({ anyOf: [{ $ref }, { $ref }, { $ref }] })),
  'alternatives of alternatives': ladder(14, ($ref) => ({
    oneOf: [{ allOf: [{ $ref }, { $ref }] }, { $ref }],
  })),
  'itself among what must hold': { allOf: [{ $ref: '#' }] },
  'itself in properties that are joined': {
    properties: named(LETTERS, () => ({ description: 'again', allOf: [{ $ref: '#' }] })),
  },
  'a reference that is no URL': { $ref: '#/%', properties: { a: { $ref: '#/$defs/%E0%A4%A' } } },
  'a pattern without end': { type: 'string', pattern: '^(a+)+$', enum: [trap, `${trap}!`, `${trap}?`, 'b'] },
  'patterns of names without end': { type: 'object', required: [trap], patternProperties: { '^(a+)+$': {} } },
  'a pattern that grows': { type: 'string', pattern: '((a{9999}){9999}){9999}' },
  'lists of lists': times(4, () => 0).reduce<JsonObject>(
    (items) => ({ type: 'array', minItems: 1000, uniqueItems: true, items }),
    { type: 'string' },
  ),
  'many values in many places': {
    $defs: { e: { enum: times(1500, (at) => at) } },
    properties: named(many.slice(0, 60), () => ({ $ref: '#/$defs/e' })),
    required: many.slice(0, 60),
  },
  'many alternatives twice': {
    allOf: [{ anyOf: times(700, () => ({})) }, { anyOf: times(700, () => ({})) }],
  },
  'many joined parts': { allOf: times(300, (at) => ({ properties: { [`p${at}`]: {} } })) },
  'many keywords that are copied': {
    ...named(many, () => 1),
    properties: named(LETTERS, () => ({ $ref: '#' })),
  },
  'alternatives of many keywords': { ...named(many.slice(0, 400), () => 1), anyOf: times(800, () => false) },
  'a long text in many places': {
    $defs: { long: { description: 'x'.repeat(6000), default: 'y'.repeat(1000) } },
    properties: named(many.slice(0, 80), () => ({ $ref: '#/$defs/long' })),
    required: many.slice(0, 80),
  },
};

const references = fc.constantFrom('#', '#/$defs/a', '#/$defs/b', '#/$defs/c', '#/properties/a', '#/nowhere');
const lists = (node: fc.Arbitrary<JsonValue>) => fc.array(node, { minLength: 1, maxLength: 5 });

const leaf: fc.Arbitrary<JsonObject> = fc.oneof(
  references.map(($ref) => ({ $ref })),
  fc.constantFrom<JsonObject>({}, { type: 'string' }, { type: 'integer', minimum: 3 }),
);

/** Schemas of references, branches and limits in any order, of some kilobytes at most. */
export const schemas: fc.Arbitrary<JsonObject> = fc
  .letrec<{ node: JsonObject }>((tie) => {
    const node = tie('node') as fc.Arbitrary<JsonValue>;
    const keywords: fc.Arbitrary<JsonObject> = fc.record(
      {
        type: fc.constantFrom('object', 'array', 'string', 'integer', 'null'),
        $ref: references,
        properties: fc.dictionary(fc.constantFrom(...LETTERS), node, { maxKeys: 6 }),
        required: fc.subarray(LETTERS),
        items: node,
        allOf: lists(node),
        anyOf: lists(node),
        oneOf: lists(node),
        enum: fc.array(fc.jsonValue({ maxDepth: 1 }), { maxLength: 8 }),
        default: fc.jsonValue({ maxDepth: 2 }),
        minItems: fc.nat(2000),
        uniqueItems: fc.boolean(),
        minLength: fc.nat(20_000),
        pattern: fc.constantFrom('^(a+)+$', '^a', '(a|a)*b', 'a{500}{500}'),
        description: fc.string({ maxLength: 50 }),
      },
      { requiredKeys: [] },
    ) as fc.Arbitrary<JsonObject>;
    return { node: fc.oneof({ maxDepth: 2, depthSize: 'small' }, leaf, keywords) };
  })
  .node.chain((root) =>
    fc
      .record({ a: fc.constant(root), b: fc.constant({ allOf: [{ $ref: '#/$defs/a' }, root] }) })
      .map(($defs) => ({
        ...root,
        $defs: { ...$defs, c: { properties: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/b' } } } },
      })),
  )
  .filter((schema) => JSON.stringify(schema).length <= 10_000);
