import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../tests/support/any-text.ts';
import { visible, visibleJson } from './visible-text.ts';

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;

describe('visible', () => {
  it.each([
    ['gpt-5 模型 é', 'gpt-5 模型 é'],
    ['\u001b]0;pwned\u0007', '\\x1b]0;pwned\\x07'],
    ['a\nFAKE LINE\r', 'a\\nFAKE LINE\\x0d'],
    ['\u009b31m', '\\x9b31m'],
    ['\u202egnp.exe', '\\u202egnp.exe'],
    ['a\u200bb\ufeff', 'a\\u200bb\\ufeff'],
    ['\u{e0041}', '\\u{e0041}'],
    ['\ud800x', '\\ud800x'],
  ])('shows what a terminal would act on: %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it('leaves nothing unseen in any text, and changes nothing the second time', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const shown = visible(text);
        expect(shown).not.toMatch(UNSEEN);
        expect(visible(shown)).toBe(shown);
      }),
    );
  });
});

describe('visibleJson', () => {
  it('says the same in visible characters', () => {
    fc.assert(
      fc.property(anyText, fc.constantFrom(undefined, 2), (text, indent) => {
        const value = { [text]: [text, { text }] };
        const json = visibleJson(JSON.stringify(value, undefined, indent));
        expect(json.replaceAll('\n', '')).not.toMatch(UNSEEN);
        expect(JSON.parse(json)).toEqual(value);
      }),
    );
  });
});
