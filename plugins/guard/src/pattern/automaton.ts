import { type Instruction, MOST_LOOKS, type Program } from './program.ts';

/** The class of what stands before and after a text. */
export const NOTHING = 0;

/** Everything that a match may still become, having begun at one place. */
export interface State {
  /** Instructions that take a character, each with the looks ahead that must hold for it. */
  readonly waiting: readonly (readonly [instruction: Extract<Instruction, { type: 'set' }>, looks: number])[];
  /** Looks ahead that make what was read so far a match, if all of one mask hold. */
  readonly matchesIf: readonly number[];
  /** Whether what was read so far is a match, whatever follows. */
  readonly isMatch: boolean;
  /** Whether more text can change anything. */
  readonly isDead: boolean;
  /** By the class of the next character. */
  readonly edges: (Edge | undefined)[];
  /** Notes of a run that passes: when it came by, and which place it took. */
  visit: number;
  place: number;
}

/** What a character does. */
export interface Edge {
  /** What was read before the character turns out to be a match. */
  readonly wasMatch: boolean;
  readonly next: State;
}

interface CharClass {
  /** By the index of a set, whether the set has the characters of the class. */
  readonly members: Uint8Array;
  /** The looks ahead that hold before these characters. */
  readonly looks: number;
}

const MOST_STATES = 2_000;
const MOST_CHARACTERS = 20_000;

/**
 * Runs a pattern in one step a character, whatever the pattern. States are made when they are first reached, and
 * forgotten when there are many. It is shared by all texts.
 */
export class Automaton {
  /** How much work it was to make the states so far. */
  work = 0;
  readonly #program: Program;
  readonly #ascii = new Int32Array(128).fill(-1);
  readonly #classOf = new Map<number, number>();
  readonly #classIndex = new Map<string, number>();
  readonly #classes: CharClass[] = [];
  readonly #states = new Map<string, State>();
  readonly #starts: (State | undefined)[] = [];

  constructor(program: Program) {
    this.#program = program;
    this.#classes.push(this.#createClass(new Uint8Array(program.sets.length)));
  }

  /** Whether the empty text matches, somewhere. */
  get matchesNothing(): boolean {
    const reached = new Set([this.#program.start]);
    for (const at of reached) {
      const instruction = this.#program.instructions[at];
      if (instruction?.type === 'match') return true;
      if (instruction && instruction.type !== 'set')
        for (const next of [instruction.next].flat()) reached.add(next);
    }
    return false;
  }

  /** Characters of one class are alike to the pattern. */
  classOf(code: number): number {
    const known = code < 128 ? (this.#ascii[code] ?? -1) : (this.#classOf.get(code) ?? -1);
    return known >= 0 ? known : this.#findClass(code);
  }

  /** Where a match that begins after a character of this class begins. */
  start(before: number): State {
    return (this.#starts[before] ??= this.#stateAfter([this.#program.start], before));
  }

  step(state: State, next: number): Edge {
    return (state.edges[next] ??= this.#createEdge(state, next));
  }

  #findClass(code: number): number {
    const members = Uint8Array.from(this.#program.sets, (set) => Number(set.has(code)));
    this.work += members.length;
    const key = members.join('');
    let index = this.#classIndex.get(key);
    if (index === undefined) {
      index = this.#classes.push(this.#createClass(members)) - 1;
      this.#classIndex.set(key, index);
    }
    if (code < 128) this.#ascii[code] = index;
    else {
      if (this.#classOf.size >= MOST_CHARACTERS) this.#classOf.clear();
      this.#classOf.set(code, index);
    }
    return index;
  }

  #createClass(members: Uint8Array): CharClass {
    const holding = this.#program.looks.map(({ set, isWanted }) => (members[set] === 1) === isWanted);
    return { members, looks: holding.reduce((mask, holds, at) => (holds ? mask | (1 << at) : mask), 0) };
  }

  #createEdge(state: State, next: number): Edge {
    const { members, looks } = this.#classes[next] as CharClass;
    const holds = (wanted: number): boolean => (wanted & ~looks) === 0;
    const taken = state.waiting.filter(([{ set }, wanted]) => members[set] === 1 && holds(wanted));
    this.work += state.waiting.length;
    return {
      wasMatch: state.matchesIf.some(holds),
      next: this.#stateAfter(
        taken.map(([instruction]) => instruction.next),
        next,
      ),
    };
  }

  /** Follows all that takes no character, from these instructions, after a character of the class `before`. */
  #stateAfter(from: readonly number[], before: number): State {
    const { members } = this.#classes[before] as CharClass;
    const { instructions } = this.#program;
    const waiting: State['waiting'][number][] = [];
    const matchesIf: number[] = [];
    // An instruction may be reached under different looks; both are in one number.
    const reached = new Set(from.map((at) => at << MOST_LOOKS));
    for (const place of reached) {
      const [at, looks] = [place >> MOST_LOOKS, place & ((1 << MOST_LOOKS) - 1)];
      const instruction = instructions[at] as Instruction;
      switch (instruction.type) {
        case 'set':
          waiting.push([instruction, looks]);
          break;
        case 'behind':
          if ((members[instruction.set] === 1) === instruction.isWanted)
            reached.add((instruction.next << MOST_LOOKS) | looks);
          break;
        case 'ahead':
          reached.add((instruction.next << MOST_LOOKS) | looks | (1 << instruction.look));
          break;
        case 'split':
          for (const next of instruction.next) reached.add((next << MOST_LOOKS) | looks);
          break;
        case 'match':
          matchesIf.push(looks);
      }
    }
    this.work += reached.size;
    return this.#intern(waiting, matchesIf);
  }

  #intern(waiting: State['waiting'], matchesIf: readonly number[]): State {
    const ways = waiting.map(([{ set, next }, looks]) => `${set}.${next}.${looks}`);
    const key = [...ways, ...matchesIf.map((looks) => `!${looks}`)].toSorted().join();
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= MOST_STATES) {
      this.#states.clear();
      this.#starts.length = 0;
    }
    const isMatch = matchesIf.includes(0);
    const later = isMatch ? [] : matchesIf;
    const isDead = waiting.length === 0 && later.length === 0;
    const state: State = { waiting, matchesIf: later, isMatch, isDead, edges: [], visit: 0, place: 0 };
    this.#states.set(key, state);
    return state;
  }
}
