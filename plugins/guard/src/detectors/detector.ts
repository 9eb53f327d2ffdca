import { Automaton } from '../pattern/automaton.ts';
import { parsePattern } from '../pattern/parse-pattern.ts';
import { compile } from '../pattern/program.ts';
import type { Search } from '../pattern/run-pattern.ts';

/** Finds one kind of thing. */
export interface Detector extends Search {
  /** What findings call it: `credit-card`. */
  readonly rule: string;
  /** What placeholders call it: `CARD` gives `[CARD_1]`. */
  readonly label: string;
}

/** A detector by pattern, for the tables of this folder. */
export function byPattern(
  { rule, label, source }: { readonly rule: string; readonly label: string; readonly source: string },
  own: Omit<Search, 'automaton'> & { readonly ignoresCase?: boolean },
): Detector {
  const { ignoresCase = false, ...rest } = own;
  return { rule, label, automaton: new Automaton(compile(parsePattern(source, { ignoresCase }))), ...rest };
}
