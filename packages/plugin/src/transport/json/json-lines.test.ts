import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isJsonLines, readJsonLines } from './json-lines.ts';

async function* stream(chunks: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function read(chunks: Iterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const { data } of readJsonLines(stream(chunks))) lines.push(data);
  return lines;
}

describe('readJsonLines', () => {
  it('gives each value, wherever the bytes are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue()),
        fc.constantFrom('\n', '\r\n', '\n\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        async (values, separator, isEnded, size) => {
          const texts = values.map((value) => JSON.stringify(value));
          const bytes = Buffer.from(texts.join(separator) + (isEnded ? separator : ''));
          const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
            bytes.subarray(at * size, (at + 1) * size),
          );
          expect(await read(chunks)).toEqual(texts);
        },
      ),
    );
  });

  it('gives up on a line without end', async () => {
    const chunk = Buffer.alloc(1024 * 1024, 'x');
    await expect(read(Array.from({ length: 17 }, () => chunk))).rejects.toMatchObject({
      kind: 'upstream-broken',
    });
  });
});

it.each([
  ['application/x-ndjson', true],
  ['application/ndjson; charset=utf-8', true],
  ['application/jsonl', true],
  ['application/json-lines', true],
  ['application/json', false],
  ['text/event-stream', false],
])('isJsonLines(%j) is %j', (type, is) => expect(isJsonLines(type)).toBe(is));
