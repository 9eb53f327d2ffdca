import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfString, jsonExcess, unexpectedToken } from './json-scan.ts';

describe('endOfString', () => {
  it('finds the quote that JSON.stringify put at the end, however long the string is', () => {
    const unit = fc.constantFrom('"', '\\', 'a', 'é', '\n', 'x'.repeat(30));
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 60 }), (text) => {
        const encoded = Buffer.from(JSON.stringify(text));
        const bytes = Buffer.concat([Buffer.from('\\ '), encoded, Buffer.from(' "next"')]);
        expect(endOfString(bytes, 2)).toBe(2 + encoded.length - 1);
      }),
    );
  });

  it.each(['"', '"abc', '"abc\\"', `"${'x'.repeat(100)}\\"`])('finds no end in %s', (text) => {
    expect(endOfString(Buffer.from(text), 0)).toBe(-1);
  });
});

describe('a long text', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ' '.repeat(8_192) + ']'.repeat(depth);

  it('is too deep from 513 levels on', () => {
    expect([512, 513].map((depth) => jsonExcess(nested(depth)))).toEqual([undefined, 'depth']);
  });

  it('has too many parts from 500,001 objects, lists and fields on', () => {
    const fields = (count: number): string => `{${'"a":1,'.repeat(count - 1)}"b":1}`;
    expect([499_999, 500_000].map((count) => jsonExcess(fields(count)))).toEqual([undefined, 'parts']);
  });

  it('may hold anything in its strings', () => {
    expect(jsonExcess(`{"a":"${'[{:'.repeat(300_000)}\\"["}`)).toBeUndefined();
  });

  it('may be parsed where it is a usual value', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 6 }), { minLength: 50 }), (value) => {
        expect(jsonExcess(JSON.stringify(value, undefined, 8).padEnd(8_192))).toBeUndefined();
      }),
    );
  });
});

describe('unexpectedToken', () => {
  it.each([
    ['{"a": abc}', 6],
    ["{'a': 1}", 1],
    ['[1,]', 3],
    ['{"a":}', 5],
    ['{"a":,"b":1}', 5],
    ['[,1]', 1],
    ['{"a":[1,,2]}', 8],
    ['{"é": nul}', 7],
    ['\uFEFF  x', 5],
    ['[tru]', 1],
    ['"open', 0],
    ['{"a":1}', 7],
  ])('of %s is at byte %i', (text, expected) => {
    expect(unexpectedToken(Buffer.from(text))).toBe(expected);
  });
});
