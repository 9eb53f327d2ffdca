const ASCII = 128;

/** A set of characters, by code point. */
export class CharSet {
  /** The only character that it has, if that is plain to see. */
  readonly only: number | undefined;
  readonly #expression: RegExp;
  readonly #ascii = new Uint8Array(ASCII);

  /** `atom` is what a regular expression says of one character, such as `a`, `\d` or `[^"]`. */
  constructor(atom: string, flags: 'u' | 'iu' | 'v' = 'u') {
    this.only = onlyOf(atom, flags);
    this.#expression = new RegExp(`^${atom}$`, flags);
    for (let code = 0; code < ASCII; code++) this.#ascii[code] = Number(this.#test(code));
  }

  has(code: number): boolean {
    if (this.only !== undefined) return this.only === code;
    return code < ASCII ? this.#ascii[code] === 1 : this.#test(code);
  }

  #test(code: number): boolean {
    return this.#expression.test(String.fromCodePoint(code));
  }
}

function onlyOf(atom: string, flags: string): number | undefined {
  const [character = '', ...more] = atom;
  if (more.length > 0 || character === '.') return undefined;
  const hasCase = character.toLowerCase() !== character.toUpperCase();
  return hasCase && flags === 'iu' ? undefined : character.codePointAt(0);
}

/** The same set for the same atom: automata tell characters apart by their sets. */
export function createCharSets(): (atom: string, flags?: 'u' | 'iu' | 'v') => CharSet {
  const sets = new Map<string, CharSet>();
  return (atom, flags = 'u') => {
    const key = `${flags} ${atom}`;
    let set = sets.get(key);
    if (!set) sets.set(key, (set = new CharSet(atom, flags)));
    return set;
  };
}
