/** Text that a part of a pattern matches; `repeat` asks for more rounds of what may repeat. */
type Piece = (repeat: number) => string;

/** Characters that a class is tried with, the most readable first. */
const ALPHABET =
  'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_- .,:;/@#+=!?*$%&()[]{}<>|~^"\'`\\';
const CONTROLS: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', f: '\f', v: '\v' };

/** Longer texts are not generated: `(a{9999}){9999}` would exhaust the memory. */
const MAX_LENGTH = 10_000;

/**
 * Makes a text for a regular expression, or gives up on what it does not know (look-around, back-references,
 * Unicode properties). The result is a guess for the caller to check.
 */
export function samplePattern(pattern: string, repeat = 0): string | undefined {
  try {
    const reader = new PatternReader(pattern);
    const piece = reader.readAlternatives();
    return reader.atEnd ? piece(repeat) : undefined;
  } catch (error) {
    if (error instanceof UnknownPattern) return undefined;
    throw error;
  }
}

class UnknownPattern extends Error {}

class PatternReader {
  readonly #characters: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(pattern: string) {
    this.#characters = Array.from(pattern);
  }

  get atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  /** Reads `a|b|c`; the first of them is the one that is used. */
  readAlternatives(): Piece {
    this.#depth += 1;
    if (this.#depth > 100) throw new UnknownPattern();
    const first = this.#readSequence();
    while (this.#take('|')) this.#readSequence();
    this.#depth -= 1;
    return first;
  }

  #readSequence(): Piece {
    const pieces: Piece[] = [];
    while (!this.atEnd && !this.#sees('|') && !this.#sees(')')) pieces.push(this.#readQuantified());
    return (repeat) => {
      let text = '';
      for (const piece of pieces) text = checked(text + piece(repeat));
      return text;
    };
  }

  #readQuantified(): Piece {
    const piece = this.#readAtom();
    const [least, most] = this.#readQuantifier();
    return (repeat) => {
      const text = piece(repeat);
      const times = Math.min(most, Math.max(least, repeat));
      if (text.length * times > MAX_LENGTH) throw new UnknownPattern();
      return text.repeat(times);
    };
  }

  #readQuantifier(): readonly [least: number, most: number] {
    let bounds: readonly [number, number] = [1, 1];
    if (this.#take('*')) bounds = [0, Infinity];
    else if (this.#take('+')) bounds = [1, Infinity];
    else if (this.#take('?')) bounds = [0, 1];
    else if (this.#take('{')) bounds = this.#readBounds();
    else return bounds;
    this.#take('?');
    return bounds;
  }

  #readBounds(): readonly [number, number] {
    const [, least, comma, most] = /^(\d{1,4})(,?)(\d{0,4})$/.exec(this.#readUntil('}')) ?? [];
    if (least === undefined) throw new UnknownPattern();
    if (!comma) return [Number(least), Number(least)];
    return [Number(least), most ? Number(most) : Infinity];
  }

  #readAtom(): Piece {
    const character = this.#next();
    if (character === '^' || character === '$') return () => '';
    if (character === '.') return () => 'a';
    if (character === '(') return this.#readGroup();
    const text = character === '[' ? this.#readClass() : character === '\\' ? this.#readEscape() : character;
    return () => text;
  }

  #readGroup(): Piece {
    if (this.#take('?')) {
      if (this.#take('<')) {
        if (this.#sees('=') || this.#sees('!')) throw new UnknownPattern();
        this.#readUntil('>');
      } else if (!this.#take(':')) throw new UnknownPattern();
    }
    const piece = this.readAlternatives();
    if (!this.#take(')')) throw new UnknownPattern();
    return piece;
  }

  #readEscape(): string {
    const character = this.#next();
    if (/[bBpPkuxc1-9]/.test(character)) throw new UnknownPattern();
    if (/[dDwWsS]/.test(character)) return pick(`\\${character}`);
    return CONTROLS[character] ?? character;
  }

  #readClass(): string {
    let source = '';
    while (!this.#sees(']')) source += this.#sees('\\') ? this.#next() + this.#next() : this.#next();
    this.#next();
    return pick(`[${source}]`);
  }

  #readUntil(end: string): string {
    let text = '';
    while (!this.#sees(end)) text += this.#next();
    this.#next();
    return text;
  }

  #sees(character: string): boolean {
    return this.#characters[this.#at] === character;
  }

  #take(character: string): boolean {
    if (!this.#sees(character)) return false;
    this.#at += 1;
    return true;
  }

  #next(): string {
    const character = this.#characters[this.#at];
    if (character === undefined) throw new UnknownPattern();
    this.#at += 1;
    return character;
  }
}

function checked(text: string): string {
  if (text.length > MAX_LENGTH) throw new UnknownPattern();
  return text;
}

/** The first readable character of a class such as `[a-f]`; a single class cannot take long to match. */
function pick(source: string): string {
  try {
    const expression = new RegExp(`^${source}$`, 'u');
    const found = Array.from(ALPHABET).find((character) => expression.test(character));
    if (found !== undefined) return found;
  } catch {
    throw new UnknownPattern();
  }
  const first = /^\[(?<first>[^\\^])/u.exec(source)?.groups?.['first'];
  if (first === undefined) throw new UnknownPattern();
  return first;
}
