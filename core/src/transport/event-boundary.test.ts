import { describe, expect, it } from 'vitest';
import { endsAtEvent } from './event-boundary.ts';

describe('endsAtEvent', () => {
  it.each([
    ['data: a\n\n', true],
    ['data: a\r\n\r\n', true],
    ['data: a\r\r', true],
    ['data: a\n', false],
    ['data: a\r\n', false],
    ['data: a', false],
    ['', false],
  ])('of %j is %s, wherever the bytes are cut', (text, expected) => {
    const bytes = Buffer.from(text);
    expect(endsAtEvent(undefined, bytes)).toBe(expected);
    for (let cut = Math.max(0, bytes.length - 3); cut < bytes.length; cut++) {
      expect(endsAtEvent(bytes.subarray(0, cut), bytes.subarray(cut))).toBe(expected);
    }
  });
});
