import { PatternRun, type Search, type Span } from '../pattern/run-pattern.ts';

/** A piece of a text: what no search has found, or what some have, together. */
export type Piece<Wanted extends Search> =
  | { readonly text: string }
  /** `by` found the beginning of it. */
  | { readonly text: string; readonly by: Wanted };

/** What overlaps is one match, and a reply may go on for long. */
const MOST_HELD = 1_000_000;

/** A stream has held back more than a gateway has room for. */
export class HeldTooMuch extends Error {
  override readonly name = 'HeldTooMuch';
}

interface Match<Wanted> extends Span {
  readonly by: Wanted;
}

/**
 * Takes a text apart as it comes in. A piece is given out as soon as nothing that may follow can change it, so that a
 * match is never given out in parts, and other text does not wait.
 */
export class Scanner<Wanted extends Search> {
  readonly #runs: readonly (readonly [wanted: Wanted, run: PatternRun])[];
  /** What was not given out, and where it begins. */
  #text = '';
  #from = 0;
  /** The first half of a surrogate pair. */
  #half = '';
  #matches: Match<Wanted>[] = [];

  constructor(wanted: readonly Wanted[]) {
    const textOf = ({ start, end }: Span): string => this.#text.slice(start - this.#from, end - this.#from);
    this.#runs = wanted.map((one) => [one, new PatternRun(one, textOf)]);
  }

  push(text: string): readonly Piece<Wanted>[] {
    const whole = this.#half + text;
    const isCut = /[\ud800-\udbff]$/.test(whole);
    this.#half = isCut ? whole.slice(-1) : '';
    const pieces = this.#read(isCut ? whole.slice(0, -1) : whole);
    if (this.#text.length > text.length + MOST_HELD) throw new HeldTooMuch('It is held back for too long.');
    return pieces;
  }

  /** The text is over: gives out the rest. */
  end(): readonly Piece<Wanted>[] {
    const pieces = this.#read(this.#half);
    for (const [, run] of this.#runs) run.end();
    return [...pieces, ...this.#give()];
  }

  #read(text: string): readonly Piece<Wanted>[] {
    this.#text += text;
    for (const [, run] of this.#runs) run.push(text);
    return this.#give();
  }

  #give(): readonly Piece<Wanted>[] {
    for (const [by, run] of this.#runs) for (const span of run.take()) this.#matches.push({ ...span, by });
    // Of what begins at one place, the longest names the match; then the first in the order of the searches.
    this.#matches.sort((a, b) => a.start - b.start || b.end - a.end);
    const open = this.#runs.reduce((least, [, run]) => Math.min(least, run.earliest), Infinity);
    const whole = this.#from + this.#text.length;
    const pieces: Piece<Wanted>[] = [];
    let at = 0;
    for (let first = this.#matches[at]; first; first = this.#matches[at]) {
      const { end, after } = this.#whole(first, at + 1);
      if (end > open) break;
      this.#takeText(first.start, pieces);
      pieces.push({ text: this.#cut(end), by: first.by });
      at = after;
    }
    this.#matches = this.#matches.slice(at);
    this.#takeText(Math.min(open, this.#matches[0]?.start ?? Infinity, whole), pieces);
    return pieces;
  }

  /** Where a match ends with all that overlaps it, and which match is the next. */
  #whole(first: Span, next: number): { readonly end: number; readonly after: number } {
    let { end } = first;
    let after = next;
    for (let other = this.#matches[after]; other && other.start < end; other = this.#matches[++after])
      end = Math.max(end, other.end);
    return { end, after };
  }

  #takeText(to: number, pieces: Piece<Wanted>[]): void {
    if (to > this.#from) pieces.push({ text: this.#cut(to) });
  }

  #cut(to: number): string {
    const text = this.#text.slice(0, to - this.#from);
    this.#text = this.#text.slice(text.length);
    this.#from = to;
    return text;
  }
}

/** All pieces of a whole text. */
export function scan<Wanted extends Search>(
  wanted: readonly Wanted[],
  text: string,
): readonly Piece<Wanted>[] {
  const scanner = new Scanner(wanted);
  return [...scanner.push(text), ...scanner.end()];
}
