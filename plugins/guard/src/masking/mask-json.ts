import type { TextMapper } from '@dragoman/plugin';
import type { Search } from '../pattern/run-pattern.ts';
import { createTextMasker, mapWhole, type Replace } from './mask-text.ts';
import { type Piece, Scanner } from './scanner.ts';

/** A string as it goes on after what is plain: an escape, whole or cut, the end, or a character. */
const NEXT = /\\(?:u[0-9a-fA-F]{0,4}|[^]?)|[^]/y;
const PLAIN = /[^"\\]+/y;
const OUTSIDE = /[^"\d-]+/y;
/** A longer one is no number, but something that goes on and on. */
const MOST_DIGITS = 1_000;
const NUMBER = /[-+.\deE]{1,1000}/y;

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

/**
 * Replaces what is found in the strings and numbers of a JSON text. What was valid stays so, and what has no match
 * stays as it was written, byte for byte. A number with a match becomes a string.
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
  /** An escape or a number that may go on. */
  #cut = '';

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
    } else if (this.#cut !== '') out.push(this.#number(this.#cut));
    this.#cut = '';
    return out.join('');
  }

  #readOutside(text: string, at: number, out: string[]): number {
    if (text[at] === '"') {
      out.push('"');
      this.#scanner = new Scanner(this.#wanted);
      return at + 1;
    }
    const number = match(NUMBER, text, at);
    const end = at + number.length;
    if (number !== '') {
      if (end === text.length && number.length < MOST_DIGITS) this.#cut = number;
      else out.push(this.#number(number));
      return end;
    }
    const other = match(OUTSIDE, text, at);
    out.push(other);
    return at + other.length;
  }

  #number(written: string): string {
    const masked = mapWhole(createTextMasker(this.#wanted, this.#replace), written);
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
