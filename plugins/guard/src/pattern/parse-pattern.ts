import { type CharSet, createCharSets } from './char-set.ts';
import { choice, noWordBoundary, sequence, type Syntax, wordBoundary } from './syntax.ts';

/** A pattern that cannot be used. The message is for the person who wrote it. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/** Longer ones are not written by people. */
const MOST_CHARACTERS = 4_000;

/** One piece of a pattern; the engine's own parser has accepted the whole. */
const TOKENS = [
  String.raw`\(\?<?[=!]`,
  String.raw`\((?:\?:|\?<[\p{L}\p{N}_$]+>)?`,
  String.raw`\[(?:\\[^]|[^\]\\])*\]`,
  String.raw`\\(?:u\{[^}]*\}|u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u.{4}|x..|[pP]\{[^}]*\}|c.|k<[^>]*>|[^])`,
  String.raw`[*+?]\??|\{\d+(?:,\d*)?\}\??`,
  '[^]',
];
const TOKEN = new RegExp(TOKENS.join('|'), 'gu');

const REPEATS: Readonly<Record<string, readonly [least: number, most: number]>> = {
  '*': [0, Infinity],
  '+': [1, Infinity],
  '?': [0, 1],
};

/**
 * Reads a regular expression in the syntax of JavaScript with the flag `u`. Left out is what takes more than linear
 * time, and what has no meaning where the longest match is taken.
 */
export function parsePattern(source: string, { ignoresCase = false } = {}): Syntax {
  if (source.length > MOST_CHARACTERS)
    throw new PatternError(`It has more than ${MOST_CHARACTERS} characters.`);
  const problem = syntaxProblem(source);
  if (problem !== undefined) throw new PatternError(problem);
  return new Parser(source.match(TOKEN) ?? [], ignoresCase).parse();
}

/** What the engine's own parser says against a pattern. */
function syntaxProblem(source: string): string | undefined {
  try {
    RegExp(source, 'u');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

class Parser {
  readonly #tokens: readonly string[];
  readonly #sets = createCharSets();
  readonly #flags: 'u' | 'iu';
  #at = 0;

  constructor(tokens: readonly string[], ignoresCase: boolean) {
    this.#tokens = tokens;
    this.#flags = ignoresCase ? 'iu' : 'u';
  }

  parse(): Syntax {
    return this.#choice();
  }

  #choice(): Syntax {
    const items = [this.#sequence()];
    while (this.#tokens[this.#at] === '|') {
      this.#at += 1;
      items.push(this.#sequence());
    }
    const [only] = items;
    return items.length === 1 && only ? only : choice(items);
  }

  #sequence(): Syntax {
    const items: Syntax[] = [];
    for (let token = this.#tokens[this.#at]; token !== undefined; token = this.#tokens[this.#at]) {
      if (token === '|' || token === ')') break;
      this.#at += 1;
      items.push(this.#repeated(this.#item(token)));
    }
    return sequence(items);
  }

  #item(token: string): Syntax {
    if (token.startsWith('(?=') || token.startsWith('(?!') || /^\(\?<[=!]/.test(token))
      return this.#look(token);
    if (token.startsWith('(')) {
      if (this.#tokens[this.#at] === '?') throw new PatternError('It has a group with flags of its own.');
      const inner = this.#choice();
      this.#at += 1;
      return inner;
    }
    switch (token) {
      case '^':
        return { type: 'look', set: this.#sets('[^]'), isBehind: true, isWanted: false };
      case '$':
        return { type: 'look', set: this.#sets('[^]'), isBehind: false, isWanted: false };
      case String.raw`\b`:
        return wordBoundary(this.#sets(String.raw`\w`));
      case String.raw`\B`:
        return noWordBoundary(this.#sets(String.raw`\w`));
    }
    if (/^\\(?:[1-9]|k<)/.test(token))
      throw new PatternError(`It refers back with "${token}", which cannot be matched in linear time.`);
    return { type: 'set', set: this.#set(token) };
  }

  /** Looks at one character, no further: that takes linear time and holds no more text back. */
  #look(token: string): Syntax {
    const [atom = '', end] = this.#tokens.slice(this.#at, this.#at + 2);
    const isOneCharacter = end === ')' && !/^(?:\(|\||\)|\^|\$|\\[bBk1-9])/.test(atom);
    if (!isOneCharacter)
      throw new PatternError(`After "${token}" it may look at one character only, such as "${token}[a-z])".`);
    this.#at += 2;
    return {
      type: 'look',
      set: this.#set(atom),
      isBehind: token.includes('<'),
      isWanted: token.endsWith('='),
    };
  }

  #repeated(item: Syntax): Syntax {
    const token = this.#tokens[this.#at] ?? '';
    const counts = /^\{(\d+)(?:(,)(\d*))?\}/.exec(token);
    const named = REPEATS[token.slice(0, 1)];
    if (!counts && !named) return item;
    this.#at += 1;
    if (token.length > 1 && token.endsWith('?'))
      throw new PatternError(
        `The longest match is taken, so "${token}" has no meaning: use "[^…]" instead of ".".`,
      );
    if (item.type === 'look') throw new PatternError(`It repeats what has no length with "${token}".`);
    const [, least = '', comma = '', most = ''] = counts ?? [];
    const [from, to] = named ?? [
      Number(least),
      comma === '' ? Number(least) : most === '' ? Infinity : Number(most),
    ];
    return { type: 'repeat', item, least: from, most: to };
  }

  #set(atom: string): CharSet {
    return this.#sets(atom, this.#flags);
  }
}
