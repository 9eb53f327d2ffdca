import { isMod97 } from './check-digits.ts';
import { byPattern, type Detector } from './detector.ts';

/** The length of account numbers by country, from the registry of ISO 13616. */
const LENGTHS: Readonly<Record<number, string>> = {
  15: 'NO',
  16: 'BE',
  18: 'DK FI FK FO GL NL SD',
  19: 'MK SI',
  20: 'AT BA EE KZ LT LU MN XK',
  21: 'CH HR LI LV',
  22: 'BG BH CR DE GB GE IE ME RS VA',
  23: 'AE GI IL IQ OM SO TL',
  24: 'AD CZ ES MD PK RO SA SE SK TN VG',
  25: 'LY PT ST',
  26: 'IS TR',
  27: 'BI DJ FR GR IT MC MR SM',
  28: 'AL AZ BY CY DO GT HN HU LB NI PL SV',
  29: 'BR EG PS QA UA',
  30: 'JO KW MU YE',
  31: 'MT SC',
  32: 'LC',
  33: 'RU',
};

const LENGTH_OF = new Map(
  Object.entries(LENGTHS).flatMap(([length, countries]) =>
    countries.split(' ').map((country) => [country, Number(length)] as const),
  ),
);

export function isIban(text: string): boolean {
  const account = text.replaceAll(/[^A-Za-z0-9]/g, '').toUpperCase();
  return LENGTH_OF.get(account.slice(0, 2)) === account.length && isMod97(account);
}

export const iban = (): Detector =>
  byPattern(
    {
      rule: 'iban',
      label: 'IBAN',
      source: String.raw`(?<![a-z0-9])[a-z]{2}\d{2}(?:[ \u00a0\-]?[a-z0-9]){11,29}(?![a-z0-9])`,
    },
    { maxLength: 70, isValid: isIban, ignoresCase: true },
  );
