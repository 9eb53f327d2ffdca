import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replaceModel } from './span-edit.ts';

const replace = (text: string, model: string): string =>
  Buffer.from(replaceModel(Buffer.from(text), model)).toString('utf8');

describe('replaceModel', () => {
  it.each([
    [
      'keeps every other byte',
      ' { "model" :\t"a" , "n":1.0e+2,"x":"é\\u00e9" }\n',
      ' { "model" :\t"b" , "n":1.0e+2,"x":"é\\u00e9" }\n',
    ],
    [
      'replaces duplicates, since parsers disagree which counts',
      '{"model":"a","model":"c"}',
      '{"model":"b","model":"b"}',
    ],
    ['knows a key that is written with escapes', '{"mod\\u0065l":"a"}', '{"mod\\u0065l":"b"}'],
    [
      'leaves nested keys',
      '{"x":{"model":"a"},"y":[{"model":"a"}],"model":"a"}',
      '{"x":{"model":"a"},"y":[{"model":"a"}],"model":"b"}',
    ],
    [
      'leaves strings that look like keys',
      '{"x":"\\"model\\":\\"a\\"","y":"model"}',
      '{"x":"\\"model\\":\\"a\\"","y":"model"}',
    ],
    [
      'leaves other keys',
      '{"models":"a","\\"model":"a","Model":"a"}',
      '{"models":"a","\\"model":"a","Model":"a"}',
    ],
    [
      'leaves values that are no strings',
      '{"model":1,"model":["a"],"model":{"model":"a"}}',
      '{"model":1,"model":["a"],"model":{"model":"a"}}',
    ],
    ['reads over a byte order mark', '\uFEFF{"model":"a"}', '\uFEFF{"model":"b"}'],
    [
      'reads values that end in escapes',
      '{"x":"\\\\","model":"a\\\\\\"","y":""}',
      '{"x":"\\\\","model":"b","y":""}',
    ],
    ['leaves a list alone', '[{"model":"a"}]', '[{"model":"a"}]'],
  ])('%s', (_, text, expected) => {
    expect(replace(text, 'b')).toBe(expected);
  });

  it('encodes the new name', () => {
    expect(replace('{"model":"a"}', 'a"\\\né')).toBe('{"model":"a\\"\\\\\\né"}');
  });

  it.each(['{"model":"same"}', '{"model":"s\\u0061me"}', '{"model":5}', '{}'])(
    'gives %s itself back when there is nothing to edit',
    (text) => {
      const body = Buffer.from(text);
      expect(replaceModel(body, 'same')).toBe(body);
    },
  );

  it('never changes the bytes it was given, and reads a view on a larger buffer', () => {
    const whole = Buffer.from('junk{"model":"a"}junk');
    const view = new Uint8Array(whole.buffer, whole.byteOffset + 4, whole.length - 8);
    expect(Buffer.from(replaceModel(view, 'b')).toString()).toBe('{"model":"b"}');
    expect(whole.toString()).toBe('junk{"model":"a"}junk');
  });

  const key = fc.constantFrom('model', 'modèle', 'a', '"model"', 'x\\');
  const value = fc.oneof(
    fc.jsonValue(),
    fc.constant({ model: 'inner', list: [{ model: 'deep' }] }),
    fc.string({ unit: fc.constantFrom('"', '\\', '{', '}', 'model', ':', ',', 'é', 'x'), maxLength: 80 }),
  );
  /** JSON text with blanks, and with each character of keys sometimes written as an escape. */
  const entry = fc.record({ key, value, isEscaped: fc.boolean(), blank: fc.constantFrom('', ' ', '\n\t') });
  const writeKey = (name: string, isEscaped: boolean): string =>
    isEscaped
      ? `"${name
          .split('')
          .map((character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
          .join('')}"`
      : JSON.stringify(name);

  it('changes what JSON.parse reads in the model only', () => {
    fc.assert(
      fc.property(fc.array(entry), fc.string(), (entries, model) => {
        const text = `{${entries
          .map(({ key: name, value: field, isEscaped, blank }) =>
            [blank, writeKey(name, isEscaped), blank, ':', blank, JSON.stringify(field), blank].join(''),
          )
          .join(',')}}`;
        const before = JSON.parse(text) as Record<string, unknown>;
        const expected = typeof before['model'] === 'string' ? { ...before, model } : before;
        expect(JSON.parse(replace(text, model))).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
