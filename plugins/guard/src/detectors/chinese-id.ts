import { isDate, isMod11 } from './check-digits.ts';
import { byPattern, type Detector } from './detector.ts';

/** The first two digits: provinces, and where else numbers are given out. */
const PROVINCES = new Set(
  '11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83 91'.split(
    ' ',
  ),
);

/** The number of an identity card of the People's Republic of China, or of a permanent resident since 2023. */
export function isChineseId(text: string): boolean {
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number);
  const isBorn = isDate(year ?? 0, month ?? 0, day ?? 0);
  return isBorn && PROVINCES.has(text.slice(0, 2)) && isMod11(text);
}

export const chineseId = (): Detector =>
  byPattern(
    {
      rule: 'chinese-id',
      label: 'ID',
      source: String.raw`(?<![0-9A-Za-z])[1-9]\d{5}(?:18|19|20)\d{9}[\dXx](?![0-9A-Za-z])`,
    },
    { maxLength: 18, isValid: isChineseId },
  );
