import { describe, expect, it } from 'vitest';
import { reduceOutputSchema } from './output-schema.ts';

describe('the schema of structured output', () => {
  it('closes every object, at any depth', () => {
    const schema = {
      type: 'object',
      properties: { list: { type: 'array', items: { type: 'object', properties: {} } } },
      $defs: { inner: { properties: { a: { type: 'string' } } } },
    };
    expect(reduceOutputSchema(schema)).toEqual({
      type: 'object',
      additionalProperties: false,
      properties: {
        list: { type: 'array', items: { type: 'object', properties: {}, additionalProperties: false } },
      },
      $defs: { inner: { properties: { a: { type: 'string' } }, additionalProperties: false } },
    });
  });

  it('tells limits in the description', () => {
    expect(
      reduceOutputSchema({ type: 'integer', description: 'Age.', minimum: 0, exclusiveMaximum: 150 }),
    ).toEqual({ type: 'integer', description: 'Age. (minimum: 0, exclusiveMaximum: 150)' });
    expect(reduceOutputSchema({ type: 'array', minItems: 3 })).toEqual({
      type: 'array',
      description: '(minItems: 3)',
    });
  });

  it('keeps what is allowed', () => {
    const schema = { type: 'string', format: 'date', enum: ['2026-01-01'] };
    expect(reduceOutputSchema(schema)).toEqual(schema);
    expect(reduceOutputSchema({ type: 'array', minItems: 1 })).toEqual({ type: 'array', minItems: 1 });
  });

  it('takes one of several for any of them', () => {
    expect(reduceOutputSchema({ oneOf: [{ type: 'string', minLength: 1 }, { type: 'null' }] })).toEqual({
      anyOf: [{ type: 'string', description: '(minLength: 1)' }, { type: 'null' }],
    });
  });

  it('leaves properties alone that are called like keywords', () => {
    const properties = { pattern: { type: 'string' }, properties: { type: 'string' } };
    expect(reduceOutputSchema({ type: 'object', properties })).toEqual({
      type: 'object',
      properties,
      additionalProperties: false,
    });
  });
});
