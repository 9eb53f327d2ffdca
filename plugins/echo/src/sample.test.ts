import type { JsonObject, JsonValue } from '@dragoman/plugin';
import addFormats from 'ajv-formats';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../../../tests/support/cpu-time.ts';
import { HOSTILE_SCHEMAS } from '../../../tests/support/hostile-schemas.ts';
import { jsonSchemas } from '../test/json-schemas.ts';
import { sampleSchemas } from './sample.ts';

const ajv = new Ajv2020({ strict: false, logger: false });
addFormats.default(ajv);

/** What is found for one schema. */
const sampleSchema = (schema: JsonValue, hint?: JsonObject): JsonValue | undefined =>
  sampleSchemas([schema], hint)[0];

const LIST = {
  $defs: {
    node: {
      type: 'object',
      required: ['value', 'next'],
      properties: {
        value: { type: 'integer' },
        next: { anyOf: [{ $ref: '#/$defs/node' }, { type: 'null' }] },
      },
    },
  },
  $ref: '#/$defs/node',
};

const pair = (to: string): JsonObject => ({ allOf: [{ $ref: to }, { $ref: to }] });

describe('sampleSchemas', () => {
  it('satisfies whatever schema a tool may declare', () => {
    fc.assert(
      fc.property(jsonSchemas(), (schema) => {
        const value = sampleSchema(schema);
        expect(ajv.validate(schema, value), `${JSON.stringify(value)}: ${ajv.errorsText()}`).toBe(true);
      }),
      { numRuns: 500 },
    );
  }, 30_000);

  it('gives the same value for the same schema', () => {
    fc.assert(
      fc.property(jsonSchemas(), (schema) => {
        expect(sampleSchema(schema)).toEqual(sampleSchema(structuredClone(schema)));
      }),
    );
  });

  it.each<[string, JsonObject]>([
    ['a list of types', { type: ['null', 'string'] }],
    ['a recursive list', LIST],
    [
      'a recursion through the root',
      { type: 'object', required: ['kids'], properties: { kids: { type: 'array', items: { $ref: '#' } } } },
    ],
    ['a reference of an older draft', { definitions: { a: { const: 7 } }, $ref: '#/definitions/a' }],
    [
      'tuples',
      {
        type: 'array',
        minItems: 3,
        prefixItems: [{ type: 'string' }, { enum: [true] }],
        items: { type: 'null' },
      },
    ],
    [
      'unique items',
      { type: 'array', minItems: 5, uniqueItems: true, items: { type: 'string', maxLength: 2 } },
    ],
    [
      'unique objects',
      {
        type: 'array',
        minItems: 3,
        uniqueItems: true,
        items: { type: 'object', required: ['id'], properties: { id: { type: 'integer' } } },
      },
    ],
    [
      'joined objects',
      {
        allOf: [
          { required: ['a'], properties: { a: { type: 'number', minimum: 5 } } },
          { properties: { a: { type: 'integer', multipleOf: 4 } } },
        ],
        type: 'object',
      },
    ],
    ['exactly one of two', { oneOf: [{ type: 'number' }, { type: 'number', multipleOf: 2 }] }],
    ['numbers between close bounds', { type: 'number', exclusiveMinimum: 0.1, exclusiveMaximum: 0.2 }],
    ['whole numbers above a fraction', { type: 'integer', exclusiveMinimum: 2.5, maximum: 3 }],
    ['cents', { type: 'number', minimum: 1.005, multipleOf: 0.01 }],
    ['least properties', { type: 'object', minProperties: 2, additionalProperties: { type: 'boolean' } }],
    ['a false default', { type: 'integer', default: 'three', minimum: 3 }],
    ['a long text', { type: 'string', minLength: 30, maxLength: 31 }],
    ['what is not wanted', { type: 'string', not: { const: 'echo' } }],
    ['no wish at all', {}],
  ])('satisfies %s', (_, schema) => {
    const value = sampleSchema(schema);
    expect(value).toBeDefined();
    expect(ajv.validate(schema, value), ajv.errorsText()).toBe(true);
  });

  it.each([
    String.raw`^[A-Z]{3}-\d{2,4}$`,
    String.raw`^(?:\+\d{1,3} )?\d+(\.\d+)*$`,
    String.raw`^#[0-9a-f]{6}$`,
    String.raw`^v(?<major>[1-9]\d*)\.[^a-z]$`,
    String.raw`[ \t]+x|y`,
    String.raw`^[é-ü]{2}$`,
    '^(foo|bar)?$',
    'needle',
  ])('makes a text for the pattern %s', (pattern) => {
    expect(sampleSchema({ type: 'string', pattern })).toMatch(new RegExp(pattern, 'u'));
  });

  it('makes a text that is long enough for its pattern, too', () => {
    expect(sampleSchema({ type: 'string', pattern: '^[ab]+$', minLength: 4 })).toMatch(/^[ab]{4,}$/);
    expect(sampleSchema({ type: 'string', pattern: '^x', minLength: 5 })).toMatch(/^x.{4,}$/);
    expect(sampleSchema({ type: 'string', pattern: '^x$', minLength: 6 })).toBeUndefined();
  });

  it.each([
    'date-time',
    'date',
    'time',
    'duration',
    'email',
    'hostname',
    'ipv4',
    'ipv6',
    'uri',
    'uri-reference',
    'uuid',
    'json-pointer',
  ])('makes a string in the format %s', (format) => {
    const schema = { type: 'string', format };
    expect(ajv.validate(schema, sampleSchema(schema)), ajv.errorsText()).toBe(true);
    expect(sampleSchema({ ...schema, const: '\u0000 no such thing' })).toBeUndefined();
  });

  it.each<[string, JsonValue]>([
    ['false', false],
    ['a contradiction', { type: 'string', minLength: 3, maxLength: 2 }],
    ['an endless value', { type: 'object', required: ['self'], properties: { self: { $ref: '#' } } }],
    ['a reference to nowhere', { $ref: '#/$defs/absent' }],
    ['a reference to itself', { $defs: { a: { $ref: '#/$defs/a' } }, $ref: '#/$defs/a' }],
    ['a document elsewhere', { $ref: 'https://example.com/schema.json' }],
    ['an enormous text', { type: 'string', minLength: 1e12 }],
    ['an enormous list', { type: 'array', minItems: 1e12 }],
  ])('finds nothing for %s', (_, schema) => {
    expect(sampleSchema(schema)).toBeUndefined();
  });

  it('takes what satisfies of a hint', () => {
    const schema = {
      type: 'object',
      required: ['city'],
      properties: {
        city: { type: 'string' },
        days: { type: 'integer', maximum: 7 },
        unit: { enum: ['C', 'F'] },
      },
    };
    expect(sampleSchema(schema, { city: 'Oslo', days: 3 })).toEqual({ city: 'Oslo', days: 3 });
    expect(sampleSchema(schema, { city: 'Oslo', days: 'many', unit: 'K' })).toEqual({ city: 'Oslo' });
    expect(sampleSchema({ ...schema, additionalProperties: false }, { place: 'Oslo', days: 3 })).toEqual({
      city: expect.any(String),
      days: 3,
    });
  });

  it('is not held up by a pattern that takes for ever', () => {
    const trap = `${'a'.repeat(40)}!`;
    expect(sampleSchema({ type: 'string', pattern: '^(a+)+$', enum: [trap, 'aa'] })).toBe('aa');
  });

  it('is not held up by alternatives without end', () => {
    const $defs: Record<string, JsonObject> = { d0: { type: 'string', pattern: '(?=x)y' } };
    for (let level = 1; level < 30; level += 1) {
      const part = pair(`#/$defs/d${level - 1}`);
      $defs[`d${level}`] = { anyOf: [part, part, part, part] };
    }
    expect(sampleSchema({ $defs, $ref: '#/$defs/d29' })).toBeUndefined();
  });

  it('prefers what the schema suggests', () => {
    const properties = { city: { type: 'string', default: 'Oslo' }, unit: { examples: ['C'] } };
    expect(sampleSchema({ type: 'object', properties, required: ['city', 'unit'] })).toEqual({
      city: 'Oslo',
      unit: 'C',
    });
  });

  it('makes texts and lists no longer than they must be, within reason', () => {
    expect(sampleSchema({ type: 'string', minLength: 3, maxLength: 1e9 })).toMatch(/^.{3,11}$/);
    const list = sampleSchema({ type: 'array', items: { type: 'null' }, maxItems: 1e9 });
    expect(list).toSatisfy((items: JsonValue[]) => items.length <= 8);
    const apart = { type: 'string', allOf: [{ minLength: 50 }, { maxLength: 60 }] };
    expect(sampleSchema(apart)).toMatch(/^.{50,60}$/);
  });

  it.each<JsonObject>([
    { type: 'array', minItems: 30_000_000, items: { $ref: '#' } },
    { type: 'string', pattern: '^a{30000000}$' },
    { type: 'object', minProperties: 1, patternProperties: { '^a{30000000}$': {} } },
  ])('takes no memory for what would be huge: %j', async (schema) => {
    expect(sampleSchema(schema)).toBeUndefined();
    expect(await leastCpuMs(() => sampleSchema(schema), 2)).toBeLessThan(15);
  });

  it('has one limit of time for all schemas', async () => {
    const schemas = Array.from({ length: 200 }, () => HOSTILE_SCHEMAS['lists of lists'] ?? true);
    expect(sampleSchemas(schemas)).toEqual([]);
    expect(await leastCpuMs(() => sampleSchemas(schemas))).toBeLessThan(200);
  });

  it('leaves the schema as it is', () => {
    const frozen = Object.freeze({ type: 'object', properties: Object.freeze({ a: Object.freeze({}) }) });
    expect(sampleSchema(frozen)).toEqual({});
    expect(
      sampleSchema(JSON.parse('{"required":["__proto__"],"properties":{"__proto__":{"const":1}}}')),
    ).toBe(undefined);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
