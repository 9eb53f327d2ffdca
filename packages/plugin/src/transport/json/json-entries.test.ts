import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readJsonEntries } from './json-entries.ts';

async function entriesOf(text: string, size: number): Promise<readonly unknown[]> {
  const bytes = Buffer.from(text);
  const pieces = async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  };
  const found: unknown[] = [];
  for await (const { data } of readJsonEntries(pieces())) found.push(JSON.parse(data));
  return found;
}

describe('the entries of a JSON array', () => {
  it('are found however the bytes are cut', async () => {
    const entry = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue());
    await fc.assert(
      fc.asyncProperty(
        fc.array(entry),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(2),
        async (list, size, indent) => {
          const text = JSON.stringify(list, undefined, indent);
          expect(await entriesOf(text, size)).toEqual(JSON.parse(text));
        },
      ),
    );
  });

  it('may be one object, or fewer than the text wants to say', async () => {
    expect(await entriesOf('{"error":{"code":500}}', 5)).toEqual([{ error: { code: 500 } }]);
    expect(await entriesOf('[{"a":1},\r\n{"b":', 3)).toEqual([{ a: 1 }]);
    expect(await entriesOf('data: x', 3)).toEqual([]);
  });
});
