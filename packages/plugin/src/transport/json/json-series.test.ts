import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../canonical/json.ts';
import { JsonSeries } from './json-series.ts';

const chunk = (content: string): string =>
  JSON.stringify({ id: 'a', choices: [{ index: 0, delta: { content }, finish_reason: null }] });

/** What `parse` gives, or that it throws. */
function outcomeOf(parse: () => JsonValue): unknown {
  try {
    return { value: parse() };
  } catch {
    return 'no JSON';
  }
}

/** Parses each text in the series as it would be parsed alone. */
function expectSame(texts: readonly string[]): void {
  const series = new JsonSeries();
  for (const text of texts) {
    expect(outcomeOf(() => series.parse(text))).toEqual(outcomeOf(() => JSON.parse(text) as JsonValue));
  }
}

describe('a series of JSON texts', () => {
  it('is read as each of them alone, whatever is in the strings', () => {
    const words = ['Hi', ' there', 'Hi', '', 'a"b', '\\', '\n', '\u2028', 'é', '😀', '","x":"', 'there'];
    expectSame(words.map(chunk));
  });

  it.each([
    ['ends its string early', '{"a":"x","a":"y"}', '{"a":"","b":"z"}', '{"a":"1","a":"2","a":"3"}'],
    ['has the same string twice', '{"a":"x","b":"x"}', '{"a":"y","b":"y"}', '{"a":"z","b":"y"}'],
    ['names things by what changes', '{"x":"x"}', '{"y":"y"}', '{"z":"z"}'],
    ['repeats a name', '{"a":"1","a":"2"}', '{"a":"1","a":"3"}', '{"a":"4","a":"3"}', '{"a":"1","a":"5"}'],
    ['changes one that does not count', '{"a":"1","a":"2"}', '{"a":"3","a":"3"}', '{"a":"9","a":"3"}'],
    ['escapes what need not be', '{"a":"\\u0031B"}', '{"a":"\\u0031A"}', '{"a":"\\u003fX"}'],
    ['has a dangerous name', '{"__proto__":"a"}', '{"__proto__":"b"}', '{"__proto__":"c"}'],
    ['is a string', '"a"', '"b"', '"c"', '"\\u0041"', '"'],
    ['is cut', '{"a":"b"}', '{"a":"c"}', '{"a":"', '{"a":"}', '{"a":"d"}'],
    ['holds raw line ends', '{"a":"b"}', '{"a":"c"}', '{"a":"\n"}', '{"a":"\\n"}'],
  ])('%s, and is read the same', (_, ...texts) => {
    expectSame(texts);
  });

  it('is read the same, whatever its values are and wherever they change', () => {
    const value = fc.jsonValue({ maxDepth: 3 });
    const texts = fc
      .tuple(value, fc.array(fc.string({ unit: 'binary' }), { maxLength: 8 }))
      .map(([base, strings]) =>
        strings.map((text) => JSON.stringify({ base, deep: [{ text }], more: base })),
      );
    fc.assert(fc.property(texts, expectSame));
  });

  it('is read the same where texts are altered, cut and mixed', () => {
    const edit = fc.record({ at: fc.nat(), remove: fc.nat({ max: 3 }), insert: fc.string({ maxLength: 3 }) });
    const texts = fc
      .array(fc.tuple(fc.string({ maxLength: 4 }), fc.option(edit)), { maxLength: 20 })
      .map((all) =>
        all.map(([content, change]) => {
          const text = chunk(content);
          if (!change) return text;
          const at = change.at % text.length;
          return text.slice(0, at) + change.insert + text.slice(at + change.remove);
        }),
      );
    fc.assert(fc.property(texts, expectSame), { numRuns: 500 });
  });

  it('gives values that do not change when the next one is read', () => {
    const series = new JsonSeries();
    const values = ['one', 'two', 'three', 'four'].map((word) => series.parse(chunk(word)));
    expect(values).toEqual(
      ['one', 'two', 'three', 'four'].map((word) => JSON.parse(chunk(word)) as JsonValue),
    );
  });

  it('refuses a long one that nests too deep before it is parsed', () => {
    const deep = `${'['.repeat(5_000)}${']'.repeat(5_000)}`;
    expect(() => new JsonSeries().parse(deep)).toThrow('too large to parse');
  });
});
