import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText, readUpTo } from './read-body.ts';

const bodies = fc.array(
  fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  { maxLength: 8 },
);

describe('reading up to a limit', () => {
  it('gives the whole body when it fits, and loses no byte of one that does not', () =>
    fc.assert(
      fc.asyncProperty(bodies, fc.integer({ min: 0, max: 80 }), async (chunks, limit) => {
        const all = Buffer.concat(chunks);
        const body = Readable.from(chunks, { objectMode: false });
        const whole = await readUpTo(body, limit);
        if (all.length <= limit) expect(whole).toEqual(all);
        else {
          expect(whole).toBeUndefined();
          expect(await buffer(body)).toEqual(all);
        }
      }),
    ));

  it('fails as the body does', async () => {
    const body = Readable.from(
      (function* () {
        yield Buffer.from('a');
        throw new Error('It broke.');
      })(),
    );
    await expect(readUpTo(body, 10)).rejects.toThrow('It broke.');
  });
});

describe('reading as text', () => {
  it('stops at the limit and lets go of the rest', async () => {
    const body = Readable.from([Buffer.from('abc'), Buffer.from('def')]);
    expect(await readText(body, 4)).toBe('abcd');
    expect(body.destroyed).toBe(true);
  });
});
