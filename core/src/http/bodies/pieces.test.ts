import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Pieces } from './pieces.ts';

describe('pieces of a body', () => {
  it('come together as they came, whatever their sizes', () => {
    const sizes = fc.array(fc.oneof(fc.nat(20), fc.integer({ min: 15_000, max: 70_000 })), { maxLength: 30 });
    fc.assert(
      fc.property(sizes, (lengths) => {
        const pieces = new Pieces();
        const sent = lengths.map((length, at) => Buffer.alloc(length, at + 1));
        for (const [at, piece] of sent.entries()) {
          pieces.push(piece);
          // Looked at in between, too.
          if (at % 7 === 3) pieces.join();
        }
        expect(pieces.join()).toEqual(Buffer.concat(sent));
        expect(pieces.size).toBe(lengths.reduce((sum, length) => sum + length, 0));
      }),
    );
  });

  it('that are tiny do not hold on to the buffers that they were read into', () => {
    const pieces = new Pieces();
    const sources = Array.from({ length: 100 }, () => Buffer.alloc(64 * 1024, 'a'));
    for (const source of sources) pieces.push(source.subarray(0, 1));
    // What is copied does not change with its source.
    for (const source of sources) source.fill('b');
    expect(pieces.join().toString()).toBe(`b${'a'.repeat(99)}`);
  });
});
