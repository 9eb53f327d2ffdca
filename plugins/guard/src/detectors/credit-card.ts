import { isLuhn } from './check-digits.ts';
import { byPattern, type Detector } from './detector.ts';

/** The networks: what their numbers begin with (from, to), and how long they are. */
const NETWORKS: readonly (readonly [from: string, to: string, lengths: readonly number[]])[] = [
  // Visa
  ['4', '4', [13, 16, 19]],
  // Mastercard
  ['51', '55', [16]],
  ['2221', '2720', [16]],
  // American Express
  ['34', '34', [15]],
  ['37', '37', [15]],
  // Discover
  ['6011', '6011', [16, 19]],
  ['644', '649', [16, 19]],
  ['65', '65', [16, 19]],
  // JCB
  ['3528', '3589', [16, 17, 18, 19]],
  // Diners Club
  ['300', '305', [14, 16, 19]],
  ['3095', '3095', [14, 16, 19]],
  ['36', '36', [14, 16, 19]],
  ['38', '39', [14, 16, 19]],
  // UnionPay
  ['62', '62', [16, 17, 18, 19]],
  ['81', '81', [16, 17, 18, 19]],
  // Maestro
  ['50', '50', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['56', '58', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['6304', '6304', [12, 13, 14, 15, 16, 17, 18, 19]],
  ['6759', '6763', [12, 13, 14, 15, 16, 17, 18, 19]],
  // Mir
  ['2200', '2204', [16, 17, 18, 19]],
  // RuPay
  ['60', '60', [16]],
  ['82', '82', [16]],
];

export function isCreditCard(text: string): boolean {
  const digits = text.replaceAll(/\D/g, '');
  const isOfNetwork = NETWORKS.some(([from, to, lengths]) => {
    const beginning = digits.slice(0, from.length);
    return from <= beginning && beginning <= to && lengths.includes(digits.length);
  });
  return isOfNetwork && isLuhn(digits);
}

export const creditCard = (): Detector =>
  byPattern(
    { rule: 'credit-card', label: 'CARD', source: String.raw`(?<!\d)\d(?:[ \u00a0\-]?\d){11,18}(?!\d)` },
    { maxLength: 40, isValid: isCreditCard },
  );
