import { expect, test } from 'vitest';
import { canonicalArguments, parsedArguments } from './call-arguments.ts';

test('writes arguments in one form, whatever the order of their keys', () => {
  const [one, other] = ['{"b":{"d":1,"c":[2]},"a":0}', '{"a":0, "b":{"c":[2], "d":1}}'].map((text) =>
    JSON.stringify(canonicalArguments(text)),
  );
  expect(one).toBe('{"a":0,"b":{"c":[2],"d":1}}');
  expect(other).toBe(one);
});

test('takes no arguments for empty ones, and what is not JSON as it is', () => {
  expect(parsedArguments('')).toEqual({});
  expect(parsedArguments('{"city": "Par')).toBe('{"city": "Par');
});

test('takes arguments that are nested deeper than the stack goes as they are', () => {
  const deep = '['.repeat(100_000) + ']'.repeat(100_000);
  expect(canonicalArguments(deep)).toBe(deep);
});
