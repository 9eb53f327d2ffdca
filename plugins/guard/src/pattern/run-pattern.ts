import type { Automaton, State } from './automaton.ts';
import { NOTHING } from './char-classes.ts';
import { Starts } from './starts.ts';

/** A place in a text, in UTF-16 code units. */
export interface Span {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
}

/** What to look for. */
export interface Search {
  readonly automaton: Automaton;
  /** No match is longer. It bounds how much of a stream is held back. */
  readonly maxLength: number;
  /** Whether a text that matches is meant, such as by its check digits. Absent: all are. */
  readonly isValid?: (text: string) => boolean;
}

/** Work allowed for each character, and for the beginning of a text. Common patterns take one or two steps. */
const STEPS_PER_CHARACTER = 40;
const FREE_STEPS = 2_000_000;

/** A text takes a pattern longer than a gateway has time for. */
export class TooMuchWork extends Error {
  override readonly name = 'TooMuchWork';
}

/** Matches that are not over yet and are in the same state, so that what follows means the same to all of them. */
interface Run {
  state: State;
  /** Where they begin. With a check, each match is a run of its own. */
  readonly starts: Starts;
  /** Where they end if nothing more follows, in order; without a check, only the last. */
  readonly ends: number[];
}

/** Distinguishes the steps of all runs, since they share their automata. */
let visits = 0;

/**
 * Finds a pattern in a text that comes in pieces. A span is found if it matches, is as long as it can be from where it
 * begins, and is valid. Spans may overlap, so that every character of every match is in one.
 */
export class PatternRun {
  readonly #search: Search;
  readonly #textOf: (span: Span) => string;
  readonly #runs: Run[] = [];
  #found: Span[] = [];
  #before = NOTHING;
  #length = 0;
  #steps = 0;

  constructor(search: Search, textOf: (span: Span) => string) {
    this.#search = search;
    this.#textOf = textOf;
  }

  /** Where the earliest match begins that is not over; `Infinity` if there is none. */
  get earliest(): number {
    return this.#runs.reduce((least, { starts }) => Math.min(least, starts.first ?? Infinity), Infinity);
  }

  /** The spans found since the last call. */
  take(): readonly Span[] {
    const found = this.#found;
    if (found.length > 0) this.#found = [];
    return found;
  }

  /** `text` never ends between the halves of a surrogate pair. */
  push(text: string): void {
    const { automaton } = this.#search;
    for (let at = 0; at < text.length;) {
      const code = text.codePointAt(at) as number;
      const size = code > 0xffff ? 2 : 1;
      const next = automaton.classOf(code);
      const { next: begun } = automaton.step(automaton.start(this.#before), next);
      if (this.#runs.length > 0 || !begun.isDead || begun.isMatch) this.#step(begun, next, size);
      this.#before = next;
      this.#length += size;
      at += size;
    }
  }

  /** The text is over. */
  end(): void {
    const { automaton } = this.#search;
    for (const run of this.#runs) {
      if (automaton.step(run.state, NOTHING).wasMatch) this.#addEnd(run, this.#length);
      this.#finish(run);
    }
    this.#runs.length = 0;
  }

  /** Reads a character of the class `next`; a match that begins with it is in the state `begun`. */
  #step(begun: State, next: number, size: number): void {
    const { automaton } = this.#search;
    const work = automaton.work;
    const end = this.#length + size;
    visits += 1;
    let kept = 0;
    for (const run of this.#runs) {
      const edge = automaton.step(run.state, next);
      if (edge.wasMatch) this.#addEnd(run, this.#length);
      this.#leaveLong(run, end);
      if (run.starts.first === undefined) continue;
      if (edge.next.isMatch) this.#addEnd(run, end);
      run.state = edge.next;
      if (edge.next.isDead || this.#join(run)) this.#finish(run);
      else kept = this.#keep(run, kept);
    }
    this.#steps += this.#runs.length + 1;
    this.#runs.length = kept;
    this.#begin(begun, kept, end);
    this.#steps += automaton.work - work;
    if (this.#steps > FREE_STEPS + STEPS_PER_CHARACTER * end) throw new TooMuchWork('It takes too long.');
  }

  /** A match begins with the character that was read, and is in this state. */
  #begin(state: State, place: number, end: number): void {
    if (state.isDead) {
      if (state.isMatch) this.#finish({ state, starts: new Starts(this.#length), ends: [end] });
    } else if (this.#isTaken(state)) {
      this.#runs[state.place]?.starts.add(this.#length);
    } else this.#keep({ state, starts: new Starts(this.#length), ends: state.isMatch ? [end] : [] }, place);
  }

  /** Whether a run that was kept in this step is in the same state. A check has to see each match. */
  #isTaken({ visit }: State): boolean {
    return visit === visits && !this.#search.isValid;
  }

  #keep(run: Run, place: number): number {
    run.state.visit = visits;
    run.state.place = place;
    this.#runs[place] = run;
    return place + 1;
  }

  /** Lets a run that is in the same state stand for this one, too. */
  #join({ state, starts }: Run): boolean {
    const other = this.#isTaken(state) ? this.#runs[state.place] : undefined;
    if (!other) return false;
    this.#steps += other.starts.addAll(starts);
    return true;
  }

  #addEnd({ ends }: Run, end: number): void {
    if (this.#search.isValid) ends.push(end);
    else ends[0] = end;
  }

  /** Finishes those that would be too long with another character. */
  #leaveLong(run: Run, end: number): void {
    const { starts, ends } = run;
    for (let start = starts.first; start !== undefined; start = starts.first) {
      if (end - start <= this.#search.maxLength) return;
      this.#finish(run);
      starts.leaveFirst();
      if ((ends[0] ?? 0) <= (starts.first ?? Infinity)) ends.length = 0;
    }
  }

  #finish({ starts: { first: start = 0 }, ends }: Run): void {
    const { isValid } = this.#search;
    const end = ends.findLast((end) => !isValid || isValid(this.#textOf({ start, end })));
    if (end !== undefined) this.#found.push({ start, end });
  }
}
