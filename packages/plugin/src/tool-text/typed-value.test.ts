import { describe, expect, it } from 'vitest';
import { jsonOrText, typedJson, typesOf } from './typed-value.ts';

const types = (...names: readonly string[]): ReadonlySet<string> => new Set(names);

describe('typedJson', () => {
  it.each([
    [['integer'], ' 42 ', '42'],
    [['integer'], '12345678901234567890', '12345678901234567890'],
    [['integer'], '007', '"007"'],
    [['integer'], '3.5', '"3.5"'],
    [['number'], '-1.50e3', '-1.50e3'],
    [['integer', 'string'], '42', '42'],
    [['boolean'], 'True', 'true'],
    [['boolean'], 'yes', '"yes"'],
    [['integer'], 'None', '"None"'],
    [['integer'], 'NULL', 'null'],
    [['string', 'null'], 'null', 'null'],
    [['string', 'boolean'], ' no ', '" no "'],
    [['array'], ' [1, "a"]\n', '[1, "a"]'],
    [['array'], '{"a":1}', '"{\\"a\\":1}"'],
    [['object'], '{"a":"x\ny"}', '{"a":"x\\ny"}'],
    [['object'], '{"a":', '"{\\"a\\":"'],
    [[], 'false', 'false'],
  ])('of the types %j reads %j as %s', (names, raw, json) => {
    expect(typedJson(raw, types(...names))).toBe(json);
  });
});

it('finds types in unions and enumerations, and knows what a schema does not have', () => {
  const schema = {
    properties: {
      union: { anyOf: [{ type: 'integer' }, { oneOf: [{ type: ['null', 'string'] }] }] },
      choice: { enum: ['a', 'b'] },
      mixed: { enum: ['a', 1] },
    },
  };
  expect(typesOf(schema, 'union')).toEqual(types('integer', 'null', 'string'));
  expect(typesOf(schema, 'choice')).toEqual(types('string'));
  expect(typesOf(schema, 'mixed')).toEqual(types());
  expect(typesOf(schema, 'other')).toBeUndefined();
  expect(typesOf(schema, 'constructor')).toBeUndefined();
  expect(typesOf(undefined, 'a')).toBeUndefined();
});

it('takes JSON for itself and anything else for text', () => {
  expect(jsonOrText(' 1 ')).toBe('1');
  expect(jsonOrText(' me ')).toBe('" me "');
});
