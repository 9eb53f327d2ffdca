import type { JsonObject } from '@dragoman/plugin';
import fc from 'fast-check';

const bounded = (min: string, max: string, most: number): fc.Arbitrary<JsonObject> =>
  fc.tuple(fc.nat(most), fc.nat(most), fc.nat(3)).map(([low, room, which]) => ({
    ...(which & 1 && { [min]: low }),
    ...(which & 2 && { [max]: low + room }),
  }));

const texts = bounded('minLength', 'maxLength', 20).map((bounds) => ({ type: 'string', ...bounds }));

const formatted = fc
  .constantFrom('date-time', 'date', 'time', 'email', 'uri', 'uuid', 'ipv4', 'hostname')
  .map((format) => ({ type: 'string', format }));

const patterned = fc
  .array(fc.constantFrom('[a-c]', String.raw`\d`, 'x', '(ab|c)', String.raw`\.`), {
    minLength: 1,
    maxLength: 4,
  })
  .chain((atoms) => fc.constantFrom('', '+', '*', '{2}', '?').map((ending) => atoms.join(ending) + ending))
  .map((body) => ({ type: 'string', pattern: `^${body}$` }));

const wholes = fc
  .record({
    bounds: bounded('minimum', 'maximum', 1000),
    step: fc.option(fc.constantFrom(1, 2, 5), { nil: undefined }),
  })
  .map(({ bounds, step }) => ({
    type: 'integer',
    ...bounds,
    ...(step !== undefined && bounds['maximum'] === undefined && { multipleOf: step }),
  }));

const fractions = fc
  .tuple(fc.integer({ min: -100, max: 100 }), fc.integer({ min: 1, max: 100 }))
  .map(([low, room]) => ({
    type: 'number',
    exclusiveMinimum: low / 10,
    exclusiveMaximum: (low + room) / 10,
  }));

const plain = fc.oneof(
  texts,
  formatted,
  patterned,
  wholes,
  fractions,
  fc.constantFrom<JsonObject>({ type: 'boolean' }, { type: 'null' }, { type: ['string', 'null'] }, {}),
  fc
    .uniqueArray(fc.jsonValue({ maxDepth: 1 }), { minLength: 1, maxLength: 3 })
    .map((values) => ({ enum: values })),
  fc.string().map((value) => ({ const: value })),
  fc.string().map((value) => ({ type: 'string', default: value, examples: [1] })),
);

const NAMES = ['city', 'days', 'unit', 'tags', 'a b'];

/** Schemas as tools declare them; each can be satisfied. */
export function jsonSchemas(): fc.Arbitrary<JsonObject> {
  const { schema } = fc.letrec<{ schema: JsonObject }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, depthIdentifier: 'schema' },
      plain,
      objects(tie('schema')),
      lists(tie('schema')),
      choices(tie('schema')),
    ),
  }));
  return fc.tuple(schema, objects(schema), fc.boolean()).map(([one, root, refers]) => {
    if (!refers) return root;
    const properties = { ...(root['properties'] as JsonObject), shared: { $ref: '#/$defs/shared' } };
    return {
      ...root,
      $defs: { shared: one },
      properties,
      required: [...(root['required'] as string[]), 'shared'],
    };
  });
}

function objects(schema: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(
      fc.dictionary(fc.constantFrom(...NAMES), schema, { maxKeys: 4, noNullPrototype: true }),
      fc.nat(4),
      fc.boolean(),
    )
    .map(([properties, count, closed]) => ({
      type: 'object',
      properties,
      required: Object.keys(properties).slice(0, count),
      ...(closed && { additionalProperties: false }),
    }));
}

function lists(schema: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  return fc
    .tuple(schema, fc.nat(3), fc.option(fc.nat(2), { nil: undefined }))
    .map(([items, minItems, room]) => ({
      type: 'array',
      items,
      minItems,
      ...(room !== undefined && { maxItems: minItems + room }),
    }));
}

function choices(schema: fc.Arbitrary<JsonObject>): fc.Arbitrary<JsonObject> {
  return fc.oneof(
    fc.array(schema, { minLength: 1, maxLength: 3 }).map((anyOf) => ({ anyOf })),
    schema.map((one) => ({
      oneOf: [
        { type: 'string', const: 'none of the others' },
        { allOf: [one, { not: { const: 'none of the others' } }] },
      ],
    })),
    fc.tuple(objects(schema), schema).map(([one, extra]) => ({
      allOf: [
        { required: ['extra'] },
        { ...one, additionalProperties: true },
        { type: 'object', properties: { extra } },
      ],
    })),
  );
}
