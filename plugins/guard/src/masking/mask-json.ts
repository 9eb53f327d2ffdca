import type { TextMapper } from '@dragoman/plugin';
import type { Search } from '../pattern/run-pattern.ts';
import { createTextMasker, mapWhole, type Replace } from './mask-text.ts';
import { type Piece, Scanner } from './scanner.ts';

/** A string as it goes on after what is plain: an escape, whole or cut, the end, or a character. */
const NEXT = /\\(?:u[0-9a-fA-F]{0,4}|[^]?)|[^]/y;
const PLAIN = /[^"\\]+/y;
const UNQUOTED = /[^"]+/y;
const STRUCTURE = /[\s{}[\],:]+/y;
/** Outside of strings, JSON has only numbers and literals. The space after one belongs to it until it is known what follows. */
const WORD = /[^\s{}[\],:"]{1,1000}\s{0,1000}/y;
/** A longer one is no number, but something that goes on and on. */
const MOST_DIGITS = 1_000;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const LITERALS: ReadonlySet<string> = new Set(['true', 'false', 'null']);

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Replaces what is found in the strings and numbers of a JSON text. What was valid stays so, and what has no match
 * stays as it was written, byte for byte. A number with a match becomes a string. Models and clients also write what is
 * no JSON: from there on, what is not quoted is plain text.
 */
export function createJsonMasker<Wanted extends Search>(
  wanted: readonly Wanted[],
  replace: Replace<Wanted>,
): TextMapper {
  return new JsonMasker(wanted, replace);
}

class JsonMasker<Wanted extends Search> implements TextMapper {
  readonly #wanted: readonly Wanted[];
  readonly #replace: Replace<Wanted>;
  /** Set within a string. */
  #scanner: Scanner<Wanted> | undefined;
  /** How each UTF-16 code unit that the scanner holds was written. */
  #written: string[] = [];
  /** An escape or a word outside of strings that may go on. */
  #cut = '';
  /** How many objects and lists are open. */
  #depth = 0;
  /** Set from the first place on that shows that the text is no JSON. */
  #prose: TextMapper | undefined;

  constructor(wanted: readonly Wanted[], replace: Replace<Wanted>) {
    this.#wanted = wanted;
    this.#replace = replace;
  }

  push(text: string): string {
    const whole = this.#cut + text;
    this.#cut = '';
    const out: string[] = [];
    for (let at = 0; at < whole.length;)
      at = this.#scanner ? this.#readString(whole, at, out) : this.#readOutside(whole, at, out);
    return out.join('');
  }

  end(): string {
    const out: string[] = [];
    if (this.#scanner) {
      this.#take(this.#cut, this.#cut, out);
      this.#close(out);
    } else {
      if (this.#cut !== '') this.#readWord(this.#cut, true, out);
      if (this.#prose) out.push(this.#prose.end());
    }
    this.#cut = '';
    return out.join('');
  }

  #readOutside(text: string, at: number, out: string[]): number {
    if (text[at] === '"') {
      if (this.#prose) {
        out.push(this.#prose.end());
        this.#prose = this.#createProse();
      }
      out.push('"');
      this.#scanner = new Scanner(this.#wanted);
      return at + 1;
    }
    if (this.#prose) {
      const plain = match(UNQUOTED, text, at);
      out.push(this.#prose.push(plain));
      return at + plain.length;
    }
    const structure = match(STRUCTURE, text, at);
    if (structure !== '') {
      for (const char of structure)
        if (char === '{' || char === '[') this.#depth += 1;
        else if (char === '}' || char === ']') this.#depth -= 1;
      out.push(structure);
      return at + structure.length;
    }
    const word = match(WORD, text, at);
    const end = at + word.length;
    if (end === text.length && word.length < MOST_DIGITS) this.#cut = word;
    else this.#readWord(word, this.#depth > 0 && /[,\]}]/.test(text[end] ?? ''), out);
    return end;
  }

  /** `isWhole`: what follows fits a value of JSON. */
  #readWord(word: string, isWhole: boolean, out: string[]): void {
    const value = word.trimEnd();
    if (isWhole && LITERALS.has(value)) out.push(word);
    else if (isWhole && NUMBER.test(value)) out.push(this.#number(value), word.slice(value.length));
    else out.push((this.#prose = this.#createProse()).push(word));
  }

  #createProse(): TextMapper {
    return createTextMasker(this.#wanted, this.#replace);
  }

  #number(written: string): string {
    const masked = mapWhole(this.#createProse(), written);
    return masked === written ? written : JSON.stringify(masked);
  }

  #readString(text: string, at: number, out: string[]): number {
    const plain = match(PLAIN, text, at);
    if (plain !== '') {
      this.#take(plain, undefined, out);
      return at + plain.length;
    }
    const next = match(NEXT, text, at);
    const end = at + next.length;
    if (next === '"') {
      this.#close(out);
      out.push('"');
    } else if (end === text.length && isCut(next)) this.#cut = next;
    else this.#take(decode(next), next, out);
    return end;
  }

  /** Scans characters of a string. `written` is how one was written, if not as itself. */
  #take(characters: string, written: string | undefined, out: string[]): void {
    if (written === undefined)
      for (let at = 0; at < characters.length; at++) this.#written.push(characters[at] ?? '');
    else if (characters.length > 0)
      this.#written.push(written, ...Array.from<string>({ length: characters.length - 1 }).fill(''));
    if (this.#scanner) this.#give(this.#scanner.push(characters), out);
  }

  #close(out: string[]): void {
    if (this.#scanner) this.#give(this.#scanner.end(), out);
    this.#scanner = undefined;
    this.#written = [];
  }

  #give(pieces: readonly Piece<Wanted>[], out: string[]): void {
    let at = 0;
    for (const piece of pieces) {
      const end = at + piece.text.length;
      if ('by' in piece) out.push(JSON.stringify(this.#replace(piece.text, piece.by)).slice(1, -1));
      else out.push(this.#written.slice(at, end).join(''));
      at = end;
    }
    if (at > 0) this.#written = this.#written.slice(at);
  }
}

function match(expression: RegExp, text: string, at: number): string {
  expression.lastIndex = at;
  return expression.exec(text)?.[0] ?? '';
}

/** Whether an escape at the end of a piece may go on. */
function isCut(escape: string): boolean {
  return escape === '\\' || (escape.startsWith('\\u') && escape.length < 6);
}

/** The character that an escape stands for. One that JSON does not know stands for itself. */
function decode(escape: string): string {
  const [, kind = '', ...digits] = escape;
  if (kind !== 'u') return ESCAPES[kind] ?? (kind === '' ? escape : kind);
  return digits.length === 4 ? String.fromCharCode(Number.parseInt(digits.join(''), 16)) : escape;
}
