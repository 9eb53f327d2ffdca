import { validateHeaderValue } from 'node:http';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../tests/support/any-text.ts';
import { guarded } from '@dragoman/plugin/internal/timing/guarded';
import { headerValue } from './header-value.ts';
import { encodeUrlPart } from '@dragoman/plugin';

describe('headerValue', () => {
  it('leaves names of models as they are', () => {
    for (const name of ['gpt-5', 'up/qwen-turbo@2026', 'a%20b']) expect(headerValue(name)).toBe(name);
    expect(headerValue('模型')).toBe('%E6%A8%A1%E5%9E%8B');
  });

  it('makes a valid, short value of any text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = headerValue(text);
        expect(() => validateHeaderValue('x-any', value)).not.toThrow();
        expect(value).toMatch(/^[\x21-\x7e]*$/);
        expect(value.length).toBeLessThan(8_192);
      }),
    );
  });
});

describe('encodeUrlPart', () => {
  it('makes one segment of any text, which reads back the same where it was well-formed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const part = encodeUrlPart(text);
        expect(part).toMatch(/^[\w.~%!'()*-]*$/);
        expect(decodeURIComponent(part)).toBe(text.toWellFormed());
      }),
    );
  });
});

describe('guarded', () => {
  it('gives what a callback throws to whoever ends the request', () => {
    const failures: unknown[] = [];
    const taken: number[] = [];
    const take = guarded<number>(
      (value) => {
        if (value < 0) throw new RangeError('below zero');
        taken.push(value);
      },
      (error) => failures.push(error),
    );
    for (const value of [1, -1, 2]) take(value);
    expect(taken).toEqual([1, 2]);
    expect(failures).toEqual([new RangeError('below zero')]);
  });
});
