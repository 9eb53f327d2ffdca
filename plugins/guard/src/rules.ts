import { chineseId } from './detectors/chinese-id.ts';
import { creditCard } from './detectors/credit-card.ts';
import { byPattern, type Detector } from './detectors/detector.ts';
import { email } from './detectors/email.ts';
import { highEntropy } from './detectors/high-entropy.ts';
import { iban } from './detectors/iban.ts';
import { phone } from './detectors/phone.ts';
import { secrets } from './detectors/secrets.ts';
import { words } from './detectors/words.ts';
import type { Action, GuardOptions } from './options.ts';

/** A detector, and what to do about what it finds. */
export interface Rule extends Detector {
  readonly action: Action;
}

/** What a configured guard goes by. */
export interface GuardSettings {
  readonly options: GuardOptions;
  readonly rules: readonly Rule[];
}

/** No match of an own pattern is longer. */
const MOST_CHARACTERS = 1_000;

/** In this order: the first names what several find at one place. */
const DETECTORS = {
  secrets,
  creditCards: creditCard,
  ibans: iban,
  chineseIds: chineseId,
  emails: email,
  phones: phone,
  highEntropy,
} as const satisfies Partial<Record<keyof GuardOptions, () => Detector>>;

export function createRules(options: GuardOptions): readonly Rule[] {
  const { words: list, wordsAction, patterns, patternsAction } = options;
  const own = Object.entries(patterns).map(([rule, given]): Rule => {
    const {
      pattern,
      action = patternsAction,
      ignoreCase = false,
    } = typeof given === 'string' ? { pattern: given } : given;
    const label = rule.toUpperCase().replaceAll('-', '_');
    const settings = { maxLength: MOST_CHARACTERS, ignoresCase: ignoreCase };
    return { ...byPattern({ rule, label, source: pattern }, settings), action };
  });
  const known = Object.entries(DETECTORS).flatMap(([name, create]): Rule[] => {
    const action = options[name as keyof typeof DETECTORS];
    return action ? [{ ...create(), action }] : [];
  });
  const listed = list.some((word) => word.trim() !== '') ? [{ ...words(list), action: wordsAction }] : [];
  return [...own, ...listed, ...known];
}
