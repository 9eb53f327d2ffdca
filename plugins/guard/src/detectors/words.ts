import { Automaton } from '../pattern/automaton.ts';
import { createCharSets } from '../pattern/char-set.ts';
import { compile } from '../pattern/program.ts';
import { choice, notAhead, notBehind, sequence, type Syntax } from '../pattern/syntax.ts';
import type { Detector } from './detector.ts';
import { escapeCharacter } from './literals.ts';

/** Scripts that put no spaces between words, or particles right behind them. */
const UNSPACED = ['Han', 'Hira', 'Kana', 'Hang', 'Thai', 'Laoo', 'Khmr', 'Mymr'];

/** Letters of the other scripts, whose words stand alone. */
const SPACED = `[[\\p{L}\\p{M}\\p{N}_]--[${UNSPACED.map((script) => `\\p{scx=${script}}`).join('')}]]`;

/**
 * Words and phrases, whatever their case. Within other letters a word does not count, except where its script has no
 * spaces. Between the words of a phrase there may be any space.
 */
export function words(list: readonly string[]): Detector {
  const tree: Tree = { ends: false, next: new Map() };
  const known = list.map((word) => word.trim().replaceAll(/\s+/g, ' ')).filter((word) => word !== '');
  for (const word of known) add(tree, word);
  const longest = known.reduce((most, { length }) => Math.max(most, length), 0);
  return {
    rule: 'words',
    label: 'WORD',
    automaton: new Automaton(compile(syntaxOf(tree), Infinity)),
    maxLength: longest * 2 + 40,
  };
}

/** Words by their characters, so that those that begin alike share their beginning. */
interface Tree {
  ends: boolean;
  readonly next: Map<string, Tree>;
}

function add(tree: Tree, word: string): void {
  let at = tree;
  for (const character of word.toLowerCase()) {
    let next = at.next.get(character);
    if (!next) at.next.set(character, (next = { ends: false, next: new Map() }));
    at = next;
  }
  at.ends = true;
}

function syntaxOf(tree: Tree): Syntax {
  const sets = createCharSets();
  const spaced = sets(SPACED, 'v');
  const space: Syntax = {
    type: 'repeat',
    item: { type: 'set', set: sets(String.raw`\s`) },
    least: 1,
    most: Infinity,
  };
  const isSpaced = (character: string): boolean => spaced.has(character.codePointAt(0) ?? 0);
  const after = ({ ends, next }: Tree, last: string): Syntax => {
    const ways = [...next].map(([character, more]) => {
      const one: Syntax =
        character === ' ' ? space : { type: 'set', set: sets(escapeCharacter(character), 'iu') };
      const begins = last === '' && isSpaced(character) ? [notBehind(spaced)] : [];
      return sequence([...begins, one, after(more, character)]);
    });
    return choice(ends ? [...ways, sequence(isSpaced(last) ? [notAhead(spaced)] : [])] : ways);
  };
  return after(tree, '');
}
