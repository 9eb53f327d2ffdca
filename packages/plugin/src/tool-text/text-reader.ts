/**
 * One step of reading text that is still arriving. It yields when it needs more text, and goes on once there is some or
 * the text is over. Readings are written as if the text were there: `if (yield* text.takes('{')) …`.
 */
export type Reading<T = void> = Generator<void, T, void>;

/** A region cannot be a call: it becomes content. */
export class Rejection extends Error {
  override readonly name = 'Rejection';
}

/** Says that what is read cannot be a call. Nothing may follow; after {@link ReplyWriter.commit} it only ends the call. */
export function reject(): never {
  throw new Rejection('This text is not a tool call.');
}

/** Of one region until its call begins, in characters. */
export const MAX_REGION = 1024 * 1024;
/** How many characters are read again after rejections, as a multiple of the largest region. */
const MAX_REREAD = 8;

const NOT_SPACE = /[^ \t\r\n]/g;

/**
 * A model's text as it arrives. Every decision depends on positions in the text, never on where its pieces end. It reads
 * forward; after {@link mark} it can go back, once.
 */
export class TextReader {
  readonly #maxRegion: number;
  /** What is known from `#at` on; what is before it was read. */
  #text = '';
  #at = 0;
  #isEnded = false;
  /** Half of a surrogate pair, until the other half arrives. */
  #half = '';
  /** Where the marked text begins in `#text`, after `#before`; `undefined` without a mark. */
  #markedAt: number | undefined;
  /** Marked text that is no longer in `#text`. */
  #before = '';
  #reread = 0;

  constructor({ maxRegion = MAX_REGION }: { readonly maxRegion?: number } = {}) {
    this.#maxRegion = maxRegion;
  }

  /** Adds the next piece. */
  push(piece: string): void {
    const whole = this.#half + piece;
    const last = whole.charCodeAt(whole.length - 1);
    const isHalf = last >= 0xd8_00 && last <= 0xdb_ff;
    this.#half = isHalf ? whole.slice(-1) : '';
    this.#append(isHalf ? whole.slice(0, -1) : whole);
  }

  /** Nothing will follow. */
  end(): void {
    this.#isEnded = true;
    this.#append(this.#half);
    this.#half = '';
  }

  #append(piece: string): void {
    if (this.#markedAt !== undefined) {
      this.#before += this.#text.slice(this.#markedAt, this.#at);
      this.#markedAt = 0;
    }
    this.#text = this.#text.slice(this.#at) + piece;
    this.#at = 0;
  }

  /** Waits for text. `false`: it is over. */
  *more(): Reading<boolean> {
    while (this.#at >= this.#text.length) {
      if (this.#isEnded) return false;
      yield;
    }
    return true;
  }

  /** The next character, which stays; `''` at the end. */
  *peek(): Reading<string> {
    return (yield* this.more()) ? this.#text.charAt(this.#at) : '';
  }

  /** Takes the next character, which may be a surrogate pair; `''` at the end. */
  *next(): Reading<string> {
    if (!(yield* this.more())) return '';
    const code = this.#text.codePointAt(this.#at) ?? 0;
    return this.#take(code > 0xff_ff ? 2 : 1);
  }

  /**
   * Takes what has arrived up to the next character of a class, which is a regular expression with the flag `g`. `''`
   * directly before such a character and at the end.
   */
  *piece(stop: RegExp): Reading<string> {
    if (!(yield* this.more())) return '';
    stop.lastIndex = this.#at;
    const end = stop.exec(this.#text)?.index ?? this.#text.length;
    return this.#take(end - this.#at);
  }

  /** Takes everything up to the next character of a class. What is longer than `most` is not read to its end. */
  *until(stop: RegExp, most: number = Infinity): Reading<string> {
    let text = '';
    while (text.length <= most) {
      const piece = yield* this.piece(stop);
      if (piece === '') break;
      text += piece;
    }
    return text;
  }

  /** The longest of these texts that is next. Waits while the text may still become one of them. Nothing is taken. */
  *find(texts: readonly string[]): Reading<string | undefined> {
    for (;;) {
      const known = this.#text.length - this.#at;
      let found: string | undefined;
      let isOpen = false;
      for (const text of texts) {
        if (text.length <= known) {
          if (text.length > (found?.length ?? 0) && this.#text.startsWith(text, this.#at)) found = text;
        } else isOpen ||= text.startsWith(this.#text.slice(this.#at));
      }
      if (!isOpen || this.#isEnded) return found;
      yield;
    }
  }

  /** Takes a text if it is next. */
  *takes(text: string): Reading<boolean> {
    const isNext = (yield* this.find([text])) !== undefined;
    if (isNext) this.skip(text.length);
    return isNext;
  }

  /** Takes whitespace. */
  *spaces(onPiece: (piece: string) => void = () => {}): Reading {
    for (let piece = yield* this.piece(NOT_SPACE); piece !== ''; piece = yield* this.piece(NOT_SPACE))
      onPiece(piece);
  }

  /** Leaves out characters that were seen by `find` or `peek`. */
  skip(count: number): void {
    this.#take(count);
  }

  #take(count: number): string {
    const from = this.#at;
    if (this.#markedAt !== undefined && this.marked + count > this.#maxRegion) reject();
    this.#at += count;
    return this.#text.slice(from, this.#at);
  }

  /** From here on, the text is kept, so that {@link rewind} can return to this place. */
  mark(): void {
    this.#before = '';
    this.#markedAt = this.#at;
  }

  /** How many characters were read since the mark. */
  get marked(): number {
    return this.#before.length + this.#at - (this.#markedAt ?? this.#at);
  }

  get isMarked(): boolean {
    return this.#markedAt !== undefined;
  }

  /** Keeps the text no longer. */
  unmark(): void {
    this.#before = '';
    this.#markedAt = undefined;
  }

  /** Returns to the mark, and removes it. */
  rewind(): void {
    if (this.#markedAt === undefined) return;
    this.#reread += this.marked;
    this.#text = this.#before + this.#text.slice(this.#markedAt);
    this.#at = 0;
    this.unmark();
  }

  /** Whether so much was read in vain that no more regions are tried: else a hostile text would take the square of its length. */
  get isSpent(): boolean {
    return this.#reread > MAX_REREAD * this.#maxRegion;
  }
}

/** How a region of calls ended. */
export interface RegionEnd {
  /** End markers that it should have had. Each is left out once if it still comes. */
  readonly owes?: readonly string[];
}

/**
 * Tries to read calls from here. `undefined`: they were rejected, and the text is here again. There is one mark, so within
 * an attempt another one may only begin after a call did.
 */
export function* attempt(text: TextReader, read: () => Reading<RegionEnd>): Reading<RegionEnd | undefined> {
  if (text.isSpent) return undefined;
  text.mark();
  try {
    return yield* read();
  } catch (error) {
    if (!(error instanceof Rejection)) throw error;
    if (!text.isMarked) return {};
    text.rewind();
    return undefined;
  } finally {
    text.unmark();
  }
}

/** A class of the first characters of some texts, for `TextReader.piece`. */
export function firstCharacters(texts: readonly string[]): RegExp {
  const first = new Set(texts.map((text) => `\\u${text.charCodeAt(0).toString(16).padStart(4, '0')}`));
  return new RegExp(`[${[...first].join('')}]`, 'g');
}
