import { Automaton } from '../pattern/automaton.ts';
import { createCharSets } from '../pattern/char-set.ts';
import { compile } from '../pattern/program.ts';
import { choice, sequence, type Syntax } from '../pattern/syntax.ts';
import type { Detector } from './detector.ts';

/** Exact texts, wherever they are. */
export function literals(list: readonly string[], own: Pick<Detector, 'rule' | 'label'>): Detector {
  const sets = createCharSets();
  const literal = (text: string): Syntax =>
    sequence(Array.from(text, (character) => ({ type: 'set', set: sets(escapeCharacter(character)) })));
  const longest = list.reduce((most, { length }) => Math.max(most, length), 0);
  const automaton = new Automaton(compile(choice(list.map(literal)), Infinity));
  return { ...own, automaton, maxLength: longest };
}

/** A character as a pattern of itself. */
export function escapeCharacter(character: string): string {
  return /[\^$\\.*+?()[\]{}|/]/.test(character) ? `\\${character}` : character;
}
