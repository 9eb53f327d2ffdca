import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyTail } from './reply-tail.ts';

describe('the tail of a reply', () => {
  it('keeps at least as many bytes as its limit, and hands out all others in order', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 40 });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 30 }), (lengths, limit) => {
        const tail = new ReplyTail(limit);
        const whole: number[] = [];
        const dropped: number[] = [];
        for (const length of lengths) {
          const chunk = Uint8Array.from({ length }, (_, at) => whole.length + at);
          whole.push(...chunk);
          for (const old of tail.push(chunk)) dropped.push(...old);
          expect(tail.bytes().length).toBeGreaterThanOrEqual(Math.min(limit, whole.length));
          expect(tail.bytes().length).toBeLessThanOrEqual(2 * limit);
        }
        expect([...dropped, ...tail.bytes()]).toEqual(whole);
      }),
    );
  });
});
