import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { endOfString, isTooDeep, jsonDepth, unexpectedToken } from './json-scan.ts';

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

describe('jsonDepth', () => {
  const depthOf = (value: unknown): number =>
    typeof value === 'object' && value !== null ? 1 + Math.max(0, ...Object.values(value).map(depthOf)) : 0;

  it('counts the levels of any value', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
        expect(jsonDepth(Buffer.from(JSON.stringify(value)), 100)).toBe(depthOf(value));
      }),
    );
  });

  it('does not count brackets in strings', () => {
    expect(jsonDepth(Buffer.from('{"[[[\\"[":"{{{{"}'), 100)).toBe(1);
  });

  it('stops to count at its limit', () => {
    expect(jsonDepth(Buffer.from('['.repeat(1000)), 10)).toBe(10);
  });
});

describe('a long text', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ' '.repeat(8_192) + ']'.repeat(depth);

  it('is too deep from 513 levels on', () => {
    expect([512, 513].map((depth) => isTooDeep(nested(depth)))).toEqual([false, true]);
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
