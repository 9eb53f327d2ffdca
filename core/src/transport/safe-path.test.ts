import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSafeModelName, isSafePath } from './safe-path.ts';

const encoded = (text: string): string =>
  Array.from(text, (letter) => `%${letter.charCodeAt(0).toString(16).padStart(2, '0')}`).join('');

describe('a safe path', () => {
  it.each([
    '/v1/files',
    'gpt-5',
    'meta-llama/Llama-3.1-8B',
    '/data/models/qwen',
    'C:\\models\\qwen.gguf',
    'ft:gpt-4o:org::id',
    'a...b/...',
    'model@2025;x',
    '模型/é',
    '50%',
  ])('is %j', (path) => {
    expect(isSafePath(path)).toBe(true);
  });

  it.each([
    ['a dot', 'a/./b'],
    ['two dots', 'a/../b'],
    ['dots at the beginning', '../a'],
    ['dots at the end', 'a/..'],
    ['dots behind backslashes', 'a\\..\\b'],
    ['dots and a parameter', 'a/..;/b'],
    ['dots and a parameter with a value', 'a/..;x=1/b'],
    ['dots and a space', 'a/.. /b'],
    ['wide dots', 'a/\uff0e\uff0e/b'],
    ['overlong dots', 'a/%c0%ae%c0%ae/b'],
    ['an empty segment', 'a//b'],
    ['a slash at the end', 'a/'],
    ['a parameter alone', 'a/;x/b'],
    ['NUL', 'a\0b'],
    ['encoded NUL', 'a%00b'],
    ['a line break', 'a\nb'],
    ['DEL', 'a\x7fb'],
    ['endless encoding', `a%${'25'.repeat(20)}2e`],
  ])('has no %s', (_, path) => {
    expect(isSafePath(path)).toBe(false);
  });

  it('is refused in every encoding', () => {
    const pieces = fc.array(fc.constantFrom('/', '\\', '.', '..', ';', 'a', '\0'), { maxLength: 8 });
    const encodings = fc.array(fc.constantFrom('none', 'once', 'percent', 'letters'), {
      minLength: 8,
      maxLength: 8,
    });
    fc.assert(
      fc.property(pieces, encodings, (plain, how) => {
        const written = plain.map((piece, at) => {
          if (how[at] === 'once') return encoded(piece);
          if (how[at] === 'percent') return encoded(piece).replaceAll('%', '%25');
          return how[at] === 'letters' ? encoded(encoded(piece)) : piece;
        });
        expect(isSafePath(written.join(''))).toBe(isSafePath(plain.join('')));
      }),
    );
  });

  it('is what URLs leave as it is', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (name) => {
        fc.pre(isSafeModelName(name) && !name.includes('\\') && !name.startsWith('/'));
        const path = `/v1/models/${name.toWellFormed().split('/').map(encodeURIComponent).join('/')}:run`;
        expect(URL.parse(`http://host${path}`)?.pathname).toBe(path);
      }),
    );
  });
});

describe('the name of a model', () => {
  it.each(['', '/', '.', '..', 'a//b', 'a/'])('is not %j', (name) => {
    expect(isSafeModelName(name)).toBe(false);
  });
});
