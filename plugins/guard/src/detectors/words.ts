import { Automaton } from '../pattern/automaton.ts';
import { createCharSets } from '../pattern/char-set.ts';
import { compile } from '../pattern/program.ts';
import { choice, notAhead, notBehind, sequence, type Syntax } from '../pattern/syntax.ts';
import type { Detector } from './detector.ts';
import { escapeCharacter } from './literals.ts';

/** Letters of scripts that put spaces between words: a word of theirs stands alone. */
const SPACED = String.raw`[[\p{L}\p{M}\p{N}_]--[\p{scx=Han}\p{scx=Hira}\p{scx=Kana}\p{scx=Thai}\p{scx=Laoo}\p{scx=Khmr}\p{scx=Mymr}]]`;

/**
 * Words and phrases, whatever their case. Within other letters a word does not count, except where its script has no
 * spaces. Between the words of a phrase there may be any space.
 */
export function words(list: readonly string[]): Detector {
  const sets = createCharSets();
  const spaced = sets(SPACED, 'v');
  const space = sets(String.raw`\s`);
  const characterOf = (character: string): Syntax =>
    /\s/.test(character)
      ? { type: 'repeat', item: { type: 'set', set: space }, least: 1, most: Infinity }
      : { type: 'set', set: sets(escapeCharacter(character), 'iu') };
  const isSpaced = (character = ''): boolean => spaced.has(character.codePointAt(0) ?? 0);
  const wordOf = (word: string): Syntax => {
    const characters = Array.from(word.trim().replaceAll(/\s+/g, ' '));
    return sequence([
      ...(isSpaced(characters.at(0)) ? [notBehind(spaced)] : []),
      ...characters.map(characterOf),
      ...(isSpaced(characters.at(-1)) ? [notAhead(spaced)] : []),
    ]);
  };
  const known = list.filter((word) => word.trim() !== '');
  const longest = known.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    rule: 'words',
    label: 'WORD',
    automaton: new Automaton(compile(choice(known.map(wordOf)), Infinity)),
    maxLength: longest * 2 + 40,
  };
}
