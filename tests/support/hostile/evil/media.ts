import type { Dice } from '../dice.ts';
import { PIXEL } from '../valid/parts.ts';

const ADDRESSES: readonly string[] = [
  'http://127.0.0.1:1/a.png',
  'http://localhost:1/a.png',
  'http://169.254.169.254/latest/meta-data/',
  'http://[::ffff:127.0.0.1]:1/a.png',
  'http://0x7f.1:1/',
  'http://2130706433:1/',
  'http://user:password@127.0.0.1:1/',
  'https://upstream.invalid/a.png',
  'file:///etc/passwd',
  'ftp://127.0.0.1/a',
  'gopher://127.0.0.1:1/_x',
  'javascript:alert(1)',
  'http://',
  'http://a b/',
  '//127.0.0.1:1/a',
  'blob:null/1',
];

/** Data URLs with wrong types, wrong padding, or much of it. */
const DATA: readonly ((dice: Dice) => string)[] = [
  () => 'data:',
  () => 'data:,',
  () => 'data:image/png;base64,',
  () => 'data:image/png;base64,@@@@',
  () => `data:text/html;base64,${PIXEL}`,
  () => `data:image/svg+xml,<svg onload=alert(1)>`,
  () => `data:${'a'.repeat(10_000)};base64,${PIXEL}`,
  () => `data:image/png;base64;base64;charset=x,${PIXEL}`,
  (dice) => `data:image/png;base64,${'A'.repeat(dice.pick([1, 4_097, 400_000]))}`,
  () => 'data:image/png\r\nx-injected: 1;base64,AAAA',
];

export function evilAddress(dice: Dice): string {
  return dice.chance(0.5) ? dice.pick(ADDRESSES) : dice.pick(DATA)(dice);
}
