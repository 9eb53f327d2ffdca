import type { Dice } from '../dice.ts';
import { raw, type Tree } from '../json-tree.ts';

/** Numbers that are too large, too small, no numbers, or not of this language. */
export const NUMBERS: readonly Tree[] = [
  0,
  -1,
  raw('-0'),
  1.5,
  0.1,
  1e20,
  1e308,
  -1e308,
  5e-324,
  2 ** 31,
  2 ** 32,
  2 ** 53 + 2,
  raw('9007199254740993'),
  raw('1e400'),
  raw('-1e400'),
  raw(`1${'0'.repeat(400)}`),
  raw(`0.${'0'.repeat(300)}1`),
  '12',
  '1e3',
  '0x10',
  'NaN',
  'Infinity',
  raw('NaN'),
  raw('01'),
  raw('+1'),
];

/** Texts that break what is made of them: headers, paths, log lines, terminals, markup, queries, patterns. */
export const TEXTS: readonly string[] = [
  '',
  ' ',
  '\ud800',
  'x\udfffy',
  '\ud800x\udc00',
  '\u0000',
  'a\u0000b',
  '\r\nx-injected: 1\r\n\r\n',
  'a\nx-injected: 1',
  '\u2028\u2029',
  '\u001b]0;pwned\u0007\u001b[31m',
  '\u202ecod.exe',
  '\ufeff',
  '../../../../etc/passwd',
  '..',
  '.',
  'echo/../../admin',
  '%2e%2e%2fadmin',
  '%00',
  '%',
  '/',
  '//evil.example/',
  '\\\\evil\\share',
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  "' OR 1=1; --",
  '" NEAR "a" *',
  '${jndi:ldap://127.0.0.1/a}',
  '{{7*7}}',
  '<img src=x onerror=alert(1)>',
  '$&$1$`',
  '^(a+)+$',
  `${'a'.repeat(40)}!`,
  'http://127.0.0.1:1/',
  'file:///etc/passwd',
  'data:text/html,<script>1</script>',
  '@@raw:eA@@',
  'i\u0307\u0130\u1e9e\ufb03',
  '\u{10ffff}',
];

const KIB = 1024;

/** Long texts, made when they are needed. */
const LONG: readonly ((dice: Dice) => string)[] = [
  (dice) => dice.pick(['a', 'é', ' ', '\n', '"', '\\', '\ud83d\ude00', '\ud800']).repeat(64 * KIB),
  (dice) => dice.pick(['a ', 'ab', '((', '*/', '../', 'a+']).repeat(32 * KIB),
  (dice) => `${' '.repeat(dice.pick([100, 10_000, 200_000]))}x`,
  (dice) => 'a'.repeat(dice.pick([255, 256, 257, 4_096, 8_192, 16_384])),
];

export function evilText(dice: Dice): string {
  return dice.chance(0.12) ? dice.pick(LONG)(dice) : dice.pick(TEXTS);
}

/** Keys that mean something to JavaScript, and keys that are written twice or in another spelling. */
export const KEYS: readonly string[] = [
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'valueOf',
  'toJSON',
  'then',
  'length',
  '',
  ' ',
  '0',
  '-1',
  '\ud800',
  'a\u0000',
  'a\r\nx-injected: 1',
  '$ref',
  '$schema',
  'model',
  'models',
  'stream',
  raw('"\\u005f\\u005fproto\\u005f\\u005f"'),
  raw('"model":"alias-good","model"'),
  raw('"mod\\u0065l"'),
];

/** Shapes that are deep or wide. */
const SHAPES: readonly ((dice: Dice) => Tree)[] = [
  (dice) => {
    const depth = dice.pick([20, 200, 510, 520, 5_000, 100_000]);
    return raw('['.repeat(depth) + ']'.repeat(depth));
  },
  (dice) => {
    const depth = dice.pick([20, 200, 510, 520, 5_000, 50_000]);
    return raw(`${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`);
  },
  (dice) => dice.list(dice.pick([100, 3_000, 20_000]), () => 0),
  (dice) => dice.list(dice.pick([100, 3_000]), () => ({})),
  (dice) => Object.fromEntries(dice.list(dice.pick([100, 3_000]), (at) => [`k${at}`, at])),
  () => ({ constructor: { prototype: { polluted: 1 } } }),
  () => JSON.parse('{"__proto__":{"polluted":1}}') as Tree,
];

export function evilValue(dice: Dice): Tree {
  const kind = dice.below(100);
  if (kind < 30) return evilText(dice);
  if (kind < 55) return dice.pick(NUMBERS);
  if (kind < 62) return dice.pick(SHAPES)(dice);
  return structuredClone(
    dice.pick<Tree>([null, true, false, [], {}, [[]], [null], [{}], { type: 'text' }, [''], 7]),
  );
}
