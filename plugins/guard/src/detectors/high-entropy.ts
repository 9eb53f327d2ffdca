import { byPattern, type Detector } from './detector.ts';

/** Characters of a key's alphabet. */
const TOKEN = String.raw`[\w+/=\-]`;

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Shannon's entropy of the characters of a text, in bits a character. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => {
    const share = count / text.length;
    return sum - share * Math.log2(share);
  }, 0);
}

/**
 * Whether a token looks drawn at random. Words and paths have less entropy, or lack one of capitals, small letters and
 * digits; a UUID is no secret.
 */
export function isRandom(token: string): boolean {
  if (UUID.test(token)) return false;
  if (/^[0-9a-f]+$/i.test(token)) return token.length >= 32 && /[a-f]/i.test(token) && entropyOf(token) >= 3;
  if (!/[a-z]/.test(token) || !/[A-Z]/.test(token) || !/\d/.test(token)) return false;
  return entropyOf(token) >= (/[/\-_]/.test(token) ? 4.4 : 4);
}

/** Tokens that look drawn at random, whoever issued them. */
export const highEntropy = (): Detector =>
  byPattern(
    { rule: 'high-entropy', label: 'SECRET', source: `(?<!${TOKEN})${TOKEN}{20,}(?!${TOKEN})` },
    { maxLength: 512, isValid: isRandom },
  );
