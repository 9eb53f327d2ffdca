import { expect, it } from 'vitest';
import { pythonLiteral } from './python-literal.ts';

it.each([
  [{ a: true, b: [null, false] }, '{\n  "a": True,\n  "b": [\n    None,\n    False\n  ]\n}'],
  [{ a: 'it is true: null, "false"' }, '{\n  "a": "it is true: null, \\"false\\""\n}'],
  [{ a: 'ends in \\', b: true }, '{\n  "a": "ends in \\\\",\n  "b": True\n}'],
])('%j becomes Python', (value, text) => {
  expect(pythonLiteral(value)).toBe(text);
});
