import type { Program } from './program.ts';

/** The class of what stands before and after a text. */
export const NOTHING = 0;

/** Characters that are in the same sets of a pattern. */
interface CharClass {
  /** The indexes of the sets that have them. */
  readonly members: readonly number[];
  /** The looks ahead that hold before them, as bits. */
  readonly looks: number;
  /** The first class that is like this one to all that looks behind. */
  readonly alikeBefore: number;
}

const MOST_CHARACTERS = 20_000;

/** Sorts characters into classes when they are first met. */
export class CharClasses {
  /** How much work it was. */
  work = 0;
  readonly #program: Program;
  readonly #behind: ReadonlySet<number>;
  /** Sets of one character, by it; and all others, which have to be asked. */
  readonly #literals = new Map<number, number[]>();
  readonly #others: number[] = [];
  readonly #ascii = new Int32Array(128).fill(-1);
  readonly #known = new Map<number, number>();
  readonly #classes: CharClass[] = [];
  readonly #bySets = new Map<string, number>();
  readonly #byBehind = new Map<string, number>();

  constructor(program: Program) {
    this.#program = program;
    const behind = program.instructions.filter((instruction) => instruction.type === 'behind');
    this.#behind = new Set(behind.map(({ set }) => set));
    for (const [index, { only }] of program.sets.entries()) {
      if (only === undefined) this.#others.push(index);
      else this.#literals.set(only, [...(this.#literals.get(only) ?? []), index]);
    }
    this.#add([]);
  }

  of(code: number): number {
    const known = code < 128 ? (this.#ascii[code] ?? -1) : (this.#known.get(code) ?? -1);
    return known >= 0 ? known : this.#find(code);
  }

  get(index: number): CharClass {
    return this.#classes[index] as CharClass;
  }

  alikeBefore(index: number): number {
    return this.get(index).alikeBefore;
  }

  #find(code: number): number {
    const { sets } = this.#program;
    const members = this.#others.filter((index) => sets[index]?.has(code));
    members.push(...(this.#literals.get(code) ?? []));
    this.work += this.#others.length;
    const found = this.#bySets.get(members.join()) ?? this.#add(members);
    if (code < 128) this.#ascii[code] = found;
    else {
      if (this.#known.size >= MOST_CHARACTERS) this.#known.clear();
      this.#known.set(code, found);
    }
    return found;
  }

  #add(members: readonly number[]): number {
    const index = this.#classes.length;
    const behind = members.filter((set) => this.#behind.has(set)).join();
    const alikeBefore = this.#byBehind.get(behind) ?? index;
    this.#byBehind.set(behind, alikeBefore);
    const looks = this.#program.looks.reduce(
      (mask, { set, isWanted }, at) => (members.includes(set) === isWanted ? mask | (1 << at) : mask),
      0,
    );
    this.#classes.push({ members, looks, alikeBefore });
    this.#bySets.set(members.join(), index);
    return index;
  }
}
