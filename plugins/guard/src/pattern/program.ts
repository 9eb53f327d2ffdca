import type { CharSet } from './char-set.ts';
import { PatternError } from './parse-pattern.ts';
import type { Syntax } from './syntax.ts';

/** A look ahead that may hold or not. */
export interface Look {
  /** The index of its set. */
  readonly set: number;
  readonly isWanted: boolean;
}

export type Instruction =
  /** Takes a character of the set. */
  | { readonly type: 'set'; readonly set: number; readonly next: number }
  | { readonly type: 'behind'; readonly set: number; readonly isWanted: boolean; readonly next: number }
  /** `look` is the index of the look. */
  | { readonly type: 'ahead'; readonly look: number; readonly next: number }
  | { readonly type: 'split'; readonly next: readonly number[] }
  | { readonly type: 'match' };

/** A pattern as a graph, whose paths from `start` to a match are the texts that match. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  readonly sets: readonly CharSet[];
  /** At most {@link MOST_LOOKS}. */
  readonly looks: readonly Look[];
}

/** Which looks hold is a mask of bits. */
export const MOST_LOOKS = 8;

/** Compiles a pattern. One of more instructions than `most` is refused. */
export function compile(syntax: Syntax, most = 5_000): Program {
  const compiler = new Compiler(most);
  const start = compiler.add(syntax, compiler.emit({ type: 'match' }));
  return { instructions: compiler.instructions, start, sets: compiler.sets, looks: compiler.looks };
}

class Compiler {
  readonly instructions: Instruction[] = [];
  readonly sets: CharSet[] = [];
  readonly looks: Look[] = [];
  readonly #most: number;
  readonly #setIndex = new Map<CharSet, number>();

  constructor(most: number) {
    this.#most = most;
  }

  emit(instruction: Instruction): number {
    if (this.instructions.length >= this.#most) this.#refuse();
    return this.instructions.push(instruction) - 1;
  }

  /** Adds what leads through `syntax` to the instruction `next`; returns where it begins. */
  add(syntax: Syntax, next: number): number {
    switch (syntax.type) {
      case 'set':
        return this.emit({ type: 'set', set: this.#indexOf(syntax.set), next });
      case 'look':
        return this.#addLook(syntax, next);
      case 'sequence':
        return syntax.items.reduceRight((after, item) => this.add(item, after), next);
      case 'choice':
        return this.emit({ type: 'split', next: syntax.items.map((item) => this.add(item, next)) });
      case 'repeat':
        return this.#addRepeat(syntax, next);
    }
  }

  #addLook({ set, isBehind, isWanted }: Extract<Syntax, { type: 'look' }>, next: number): number {
    const index = this.#indexOf(set);
    if (isBehind) return this.emit({ type: 'behind', set: index, isWanted, next });
    let look = this.looks.findIndex((one) => one.set === index && one.isWanted === isWanted);
    if (look < 0) look = this.looks.push({ set: index, isWanted }) - 1;
    if (look >= MOST_LOOKS) throw new PatternError(`It looks ahead in more than ${MOST_LOOKS} ways.`);
    return this.emit({ type: 'ahead', look, next });
  }

  #addRepeat({ item, least, most }: Extract<Syntax, { type: 'repeat' }>, next: number): number {
    let after = next;
    if (least > this.#most || (most !== Infinity && most > this.#most)) this.#refuse();
    if (most === Infinity) {
      const ways: number[] = [];
      after = this.emit({ type: 'split', next: ways });
      ways.push(this.add(item, after), next);
    } else {
      for (let count = least; count < most; count++)
        after = this.emit({ type: 'split', next: [this.add(item, after), next] });
    }
    for (let count = 0; count < least; count++) {
      const before = this.add(item, after);
      // An item without instructions stays so, however often it is repeated.
      if (before === after) break;
      after = before;
    }
    return after;
  }

  #refuse(): never {
    throw new PatternError(`It is too large: more than ${this.#most} steps with all repetitions.`);
  }

  #indexOf(set: CharSet): number {
    let index = this.#setIndex.get(set);
    if (index === undefined) this.#setIndex.set(set, (index = this.sets.push(set) - 1));
    return index;
  }
}
