import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { findPlaced, placesLike, placesOf } from './json-places.ts';

const places = placesOf(['model', 'models[]', 'tools[].model', 'fallbacks[]', 'fallbacks[].model']);

const found = (text: string, tree = places): readonly (readonly [string, string | undefined])[] =>
  findPlaced(Buffer.from(text), tree).map(({ label, value }) => [label, value]);

describe('places in JSON', () => {
  it.each<[string, readonly (readonly [string, string | undefined])[]]>([
    ['{"model":"a"}', [['model', 'a']]],
    [' { "x" : [ { "model" : "no" } ] , "model" : "a" } ', [['model', 'a']]],
    [
      '{"model":"a","model":"b"}',
      [
        ['model', 'a'],
        ['model', 'b'],
      ],
    ],
    ['{"Model":"a"}', [['model', 'a']]],
    ['{"mo\\u0064el":"\\u0061"}', [['model', 'a']]],
    [
      '{"models":["a","b"],"MODELS":"c"}',
      [
        ['models[]', 'a'],
        ['models[]', 'b'],
        ['models[]', 'c'],
      ],
    ],
    ['{"model\u017f":["a"]}', [['models[]', 'a']]],
    [
      '{"tools":[{"model":"a","parameters":{"properties":{"model":{"type":"no"}}}}]}',
      [['tools[].model', 'a']],
    ],
    ['{"tools":{"model":"no"},"tools":[],"tools":null}', []],
    [
      '{"fallbacks":["a",{"model":"b","x":1}]}',
      [
        ['fallbacks[]', 'a'],
        ['fallbacks[].model', 'b'],
      ],
    ],
    ['{"model":null,"models":null}', []],
    [
      '{"model":{"id":"a"},"models":[["a"],7,true]}',
      [
        ['model', undefined],
        ['models[]', undefined],
        ['models[]', undefined],
        ['models[]', undefined],
      ],
    ],
    ['{"a":-1.5e3,"b":true,"c":[1,[2,{"x":"]}"}]],"model":"a"}', [['model', 'a']]],
    ['\uFEFF{"model":"a"}', [['model', 'a']]],
    ['{}', []],
  ])('of %s are found', (text, expected) => {
    expect(found(text)).toEqual(expected);
  });

  it('knows the spans of values, and which stand at the top under their exact name', () => {
    const text = '{"tools":[{"model":"a"}],"Model":"b","model": "c" }';
    const [nested, folded, top] = findPlaced(Buffer.from(text), places);
    expect([nested?.isTop, folded?.isTop, top?.isTop]).toEqual([false, false, true]);
    expect(text.slice(top?.start, top?.end)).toBe('"c"');
  });

  it('are found at any depth', () => {
    const tree = placesLike({ like: /MODEL/, known: ['model'], except: ['text', 'tools[].schema', 'a.b'] });
    const anything = { model: 'no', deep: [{ models: ['no'] }] };
    const body = {
      model: 'm',
      text: [anything],
      tools: [
        { schema: anything, super_model: { a: [{ b: 'x', c: 1 }], d: null } },
        [{ schema: { model: 'y' } }],
      ],
      a: { b: anything, c: { 'Sub-Models': [['z']], use_model: true } },
      other: [[{ model: 1 }]],
    };
    expect(found(JSON.stringify(body), tree)).toEqual([
      ['model', 'm'],
      ['tools[].super_model', 'x'],
      ['tools[][].schema.model', 'y'],
      ['a.c.Sub-Models', 'z'],
    ]);
    expect(found('{"model":{"a":"x"}}', tree)).toEqual([['model', undefined]]);
  });

  it('are at most a thousand', () => {
    const twins = (count: number): string => `{"x":1${',"model":"a"'.repeat(count)}}`;
    expect(found(twins(1_000))).toHaveLength(1_000);
    expect(() => found(twins(1_001))).toThrow('The request names models at more than 1,000 places');
  });

  it('are found as a parser finds them, in any JSON', () => {
    const value = fc.oneof(fc.string(), fc.integer(), fc.constant(null), fc.array(fc.string()), fc.json());
    const key = fc.oneof(fc.string(), fc.constantFrom('model', 'tools', 'a"b', '\\'));
    fc.assert(
      fc.property(fc.dictionary(key, value), fc.nat({ max: 3 }), (object, space) => {
        const text = JSON.stringify(object, undefined, space);
        const parsed = (JSON.parse(text) as Record<string, unknown>)['model'];
        const [top] = findPlaced(Buffer.from(text), placesOf(['model'])).filter(({ isTop }) => isTop);
        if (parsed === undefined || parsed === null) expect(top).toBeUndefined();
        else expect(top?.value).toEqual(typeof parsed === 'string' ? parsed : undefined);
      }),
    );
  });
});
