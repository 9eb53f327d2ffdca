import fc from 'fast-check';

/** Text as JSON can bring it: halves of surrogate pairs, control characters, direction marks, and 64 KiB of it. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc
    .array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 })
    .map((units) => String.fromCharCode(...units)),
  fc.constantFrom(...oddTexts()),
);

/** The texts that broke something, or would break a careless program. */
export function oddTexts(): readonly string[] {
  return [
    ...[
      '\ud800',
      'm\udfffx',
      '\ud800\ud800',
      'a\r\nx-evil: 1',
      '\u0000',
      '\u007f',
      '\u0085',
      '\u009b31m',
      '\t',
      ' ',
    ],
    ...[
      '\u001b]0;pwned\u0007\u001b[31m\nFAKE LINE',
      '\u202egnp.exe',
      '\u200b',
      '\ufeff',
      '\u2028',
      '模型',
      '👩‍👩‍👧',
    ],
    ...['%', '%zz', '"', '..', '/', '?#&=', 'x'.repeat(65_536), '\ud800'.repeat(65_536), '漢'.repeat(65_536)],
  ];
}
