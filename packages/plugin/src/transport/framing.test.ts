import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Framing, FRAMINGS, framingOf, readFrames } from './framing.ts';
import { encodeSse } from './sse.ts';

const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());

/** A stream of these messages, with a keep-alive between any two. */
const WRITERS: Readonly<Record<Framing, (messages: readonly string[], alive: string) => string>> = {
  sse: (messages, alive) => messages.map((one) => encodeSse(one)).join(alive),
  ndjson: (messages, alive) => messages.map((one) => `${one}\n`).join(alive),
  'json-array': (messages, alive) => `[${messages.join(`${alive},${alive}`)}]`,
};

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

describe.each(Object.keys(FRAMINGS) as Framing[])('a stream of %s', (framing) => {
  const { keepAlive, endOfLast } = FRAMINGS[framing];
  const write = WRITERS[framing];

  it('gives its messages however the bytes are cut, and ignores keep-alives', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(object), fc.integer({ min: 1, max: 20 }), async (messages, size) => {
        const sent = messages.map((message) => JSON.stringify(message));
        const found: string[] = [];
        for await (const { data } of readFrames(pieces(write(sent, keepAlive), size), framing))
          found.push(data);
        expect(found).toEqual(sent);
      }),
    );
  });

  it('has its last whole message where it ends', () => {
    const text = write(['{"a":1}', '{"b":2}'], '');
    const end = text.length - (framing === 'json-array' ? 1 : 0);
    expect(endOfLast(Buffer.from(text))).toBe(end);
    const begun = text.slice(0, text.indexOf('"b"'));
    expect(endOfLast(Buffer.from(begun))).toBe(
      begun.lastIndexOf('}') + (framing === 'sse' ? 3 : framing === 'ndjson' ? 2 : 1),
    );
    expect(endOfLast(Buffer.from('x'))).toBe(0);
  });
});

describe('between two messages', () => {
  it.each<[Framing, string, boolean]>([
    ['sse', 'data: a\n\n', true],
    ['sse', 'data: a\r\n\r\n', true],
    ['sse', 'data: a\r\r', true],
    ['sse', 'data: a\n', false],
    ['sse', 'data: a\r\n', false],
    ['sse', 'data: a', false],
    ['sse', '', false],
    ['ndjson', '{"a":1}\n', true],
    ['ndjson', '{"a":1}\r\n', true],
    ['ndjson', '{"a":1}\n ', true],
    ['ndjson', '{"a":1}', false],
    ['ndjson', '{"a": ', false],
    // It may be in a string.
    ['json-array', '[{"a":1}', false],
  ])('of %s: %j is %s', (framing, text, expected) => {
    expect(FRAMINGS[framing].isBetween(Buffer.from(text))).toBe(expected);
  });
});

it.each([
  ['text/event-stream; charset=utf-8', 'sse'],
  ['application/x-ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['application/json', undefined],
  [undefined, undefined],
])('the content type %s names the framing %s', (type, framing) => {
  expect(framingOf(type)).toBe(framing);
});
