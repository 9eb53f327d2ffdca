import { CharClasses } from './char-classes.ts';
import { type Instruction, MOST_LOOKS, type Program } from './program.ts';

/** Everything that a match may still become, having begun at one place. */
export interface State {
  /** By the index of a set, where its characters lead to, and the looks ahead that must hold for that. */
  readonly waiting: ReadonlyMap<number, readonly Way[]>;
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

type Way = readonly [next: number, looks: number];

/** What a character does. */
export interface Edge {
  /** What was read before the character turns out to be a match. */
  readonly wasMatch: boolean;
  readonly next: State;
}

const MOST_STATES = 2_000;

/**
 * Runs a pattern in one step a character, whatever the pattern. States are made when they are first reached, and
 * forgotten when there are many. It is shared by all texts.
 */
export class Automaton {
  readonly #program: Program;
  readonly #classes: CharClasses;
  readonly #states = new Map<string, State>();
  readonly #starts: (State | undefined)[] = [];
  #work = 0;

  constructor(program: Program) {
    this.#program = program;
    this.#classes = new CharClasses(program);
  }

  /** How much work it was to make the states so far. */
  get work(): number {
    return this.#work + this.#classes.work;
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
    return this.#classes.of(code);
  }

  /** Where a match that begins after a character of this class begins. */
  start(before: number): State {
    return (this.#starts[before] ??= this.#startAfter(before));
  }

  step(state: State, next: number): Edge {
    return (state.edges[next] ??= this.#createEdge(state, next));
  }

  /** Many classes are alike before a match, since few patterns look behind. */
  #startAfter(before: number): State {
    const alike = this.#classes.alikeBefore(before);
    return (this.#starts[alike] ??= this.#stateAfter([this.#program.start], alike));
  }

  #createEdge(state: State, next: number): Edge {
    const { members, looks } = this.#classes.get(next);
    const holds = (wanted: number): boolean => (wanted & ~looks) === 0;
    const ways = members.flatMap((set) => state.waiting.get(set) ?? []);
    const taken = ways.filter(([, wanted]) => holds(wanted));
    this.#work += members.length + ways.length;
    return {
      wasMatch: state.matchesIf.some(holds),
      next: this.#stateAfter(
        taken.map(([next]) => next),
        next,
      ),
    };
  }

  /** Follows all that takes no character, from these instructions, after a character of the class `before`. */
  #stateAfter(from: readonly number[], before: number): State {
    const { members } = this.#classes.get(before);
    const { instructions } = this.#program;
    const waiting = new Map<number, Way[]>();
    const matchesIf: number[] = [];
    // An instruction may be reached under different looks; both are in one number.
    const reached = new Set(from.map((at) => at << MOST_LOOKS));
    for (const place of reached) {
      const [at, looks] = [place >> MOST_LOOKS, place & ((1 << MOST_LOOKS) - 1)];
      const instruction = instructions[at] as Instruction;
      switch (instruction.type) {
        case 'set':
          addTo(waiting, instruction.set, [instruction.next, looks]);
          break;
        case 'behind':
          if (members.includes(instruction.set) === instruction.isWanted)
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
    this.#work += reached.size;
    return this.#intern(waiting, matchesIf);
  }

  #intern(waiting: State['waiting'], matchesIf: readonly number[]): State {
    const ways = [...waiting].flatMap(([set, list]) =>
      list.map(([next, looks]) => `${set}.${next}.${looks}`),
    );
    const key = [...ways, ...matchesIf.map((looks) => `!${looks}`)].toSorted().join();
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= MOST_STATES) {
      this.#states.clear();
      this.#starts.length = 0;
    }
    const isMatch = matchesIf.includes(0);
    const later = isMatch ? [] : matchesIf;
    const isDead = waiting.size === 0 && later.length === 0;
    const state: State = { waiting, matchesIf: later, isMatch, isDead, edges: [], visit: 0, place: 0 };
    this.#states.set(key, state);
    return state;
  }
}

function addTo<Key, Item>(lists: Map<Key, Item[]>, key: Key, item: Item): void {
  const list = lists.get(key);
  if (list) list.push(item);
  else lists.set(key, [item]);
}
