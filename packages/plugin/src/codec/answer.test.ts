import { describe, expect, it } from 'vitest';
import { isAnswer, noAnswer, notJson } from './answer.ts';

const judge = (text: string): boolean =>
  isAnswer(Buffer.from(text), { rows: 'list', hits: 'entries', info: 'object', count: 'number' });

describe('a reply', () => {
  it.each([
    '{"rows":[]}',
    '{"hits":[0]}',
    '{"info":{}}',
    '{"count":0}',
    ' \n{\t"a" : "]}\\"{" , "b":[{"rows":1}], "c":null,"rows" : [ ] }',
    '{"rows":null,"count":12}',
    '{"rows":[],"cut',
  ])('is an answer: %s', (text) => {
    expect(judge(text)).toBe(true);
  });

  it.each([
    '{}',
    '{"rows":{}}',
    '{"hits":[ \n ]}',
    '{"info":[]}',
    '{"count":"1"}',
    '{"a":{"rows":[]}}',
    '{"a":"\\"rows\\":[]"}',
    '{"constructor":[],"__proto__":{}}',
    '[{"rows":[]}]',
    '"rows"',
    'null',
    '',
    '{',
    '{"rows',
    '{"rows"',
    '{"a":"',
    '{a:1,"rows":[]}',
  ])('is none: %s', (text) => {
    expect(judge(text)).toBe(false);
  });

  it('is not read behind the field that decides', () => {
    const json = Buffer.from(`{"rows":[${'{"a":1},'.repeat(10_000)}`);
    const seen = new Set<string | symbol>();
    const watched = new Proxy(json, {
      get(target, key) {
        seen.add(key);
        const value: unknown = Reflect.get(target, key);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
    expect(isAnswer(watched, { rows: 'list' })).toBe(true);
    expect([...seen].filter((key) => Number(key) > 10)).toEqual([]);
  });
});

describe('what is no answer', () => {
  it.each([
    [{ message: 'No.' }, ': No.'],
    [{ code: 7, detail: 'No.', title: 'Error' }, ': No.'],
    [{ message: { text: 'No.' } }, '.'],
    ['No.', ': No.'],
    [null, '.'],
  ])('uses the upstream’s own words: %j', (reply, end) => {
    const { kind, message } = noAnswer(reply);
    expect(kind).toBe('upstream-broken');
    expect(message).toBe(`The upstream returned JSON that is not a valid reply${end}`);
  });

  it('keeps the message short', () => {
    expect(noAnswer({ message: 'x'.repeat(10_000) }).message.length).toBeLessThan(2_100);
  });

  it.each([
    ['', /empty body/],
    ['  \n', /empty body/],
    ['\n<html>', /web page/],
    ['oh no', /not JSON/],
    ['['.repeat(10_000), /nests deeper/],
    [`[${'{},'.repeat(600_000)}0]`, /more than 500,000/],
  ])('or not even JSON: %.9s', (text, message) => {
    expect(notJson(text).message).toMatch(message);
  });
});
