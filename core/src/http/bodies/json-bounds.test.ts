import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenBound } from './json-bounds.ts';

const fields = (count: number): string => Array.from({ length: count }, (_, at) => `"k${at}":1`).join();

describe('brokenBound', () => {
  const wide = `{${fields(10_001)}}`;
  it.each<[string, string, object | undefined]>([
    ['1,000 fields', `{${fields(1_000)}}`, undefined],
    ['a field more', `{${fields(1_001)}}`, { rule: 'has more than 1,000 fields' }],
    ['10,000 fields inside', `{"a":{${fields(10_000)}}}`, undefined],
    ['a field more inside', `{"a":${wide}}`, { rule: 'has more than 10,000 fields', field: 'a' }],
    [
      'many fields far inside',
      `{"x":"[{:,","l":[1,{"m":2}],"messages":[[],{"b":[0,0]},{"c\\"{":1,"metadata":${wide}}]}`,
      { rule: 'has more than 10,000 fields', field: 'messages[2].metadata' },
    ],
    [
      'many objects with many fields',
      `{"a":[${Array.from({ length: 26 }, () => `{${fields(9_999)}}`).join()}]}`,
      { rule: 'has more than 250,000 fields in all its objects' },
    ],
    ['colons in strings', `{"a":"${':'.repeat(20_000)}"}`, undefined],
    ['numbers in a list', `{"a":[${'1,'.repeat(50_000)}1]}`, undefined],
    ['an open string', `{"a":{${'"k":1,'.repeat(500)}"`, undefined],
    ['too many brackets at the end', '}'.repeat(2_000), undefined],
  ])('judges %s', (_, text, expected) => {
    expect(brokenBound(Buffer.from(text))).toEqual(expected);
  });

  it('takes 512 levels, and no more', () => {
    const nested = (depth: number): Buffer =>
      Buffer.from('['.repeat(depth) + ' '.repeat(600) + ']'.repeat(depth));
    expect(brokenBound(nested(512))).toBeUndefined();
    expect(brokenBound(nested(513))).toEqual({ rule: 'nests deeper than 512 levels' });
  });

  it('has nothing against usual values', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { minLength: 20 }), (value) => {
        expect(brokenBound(Buffer.from(JSON.stringify({ value })))).toBeUndefined();
      }),
    );
  });
});
