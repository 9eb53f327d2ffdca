import type { ToolCallPart } from '@dragoman/plugin';

/** The calls of one turn that have no result yet, in order. */
export class OpenCalls {
  readonly #byId: Lookup;
  readonly #byName: Lookup;
  readonly #taken = new Set<ToolCallPart>();

  constructor(calls: readonly ToolCallPart[]) {
    this.#byId = Map.groupBy(calls, ({ id }) => id);
    this.#byName = Map.groupBy(calls, ({ name }) => name);
    // Reversed, so that the first call can be popped.
    for (const list of [...this.#byId.values(), ...this.#byName.values()]) list.reverse();
  }

  takeById(id: string): ToolCallPart | undefined {
    return this.#take(this.#byId.get(id));
  }

  takeByName(name: string): ToolCallPart | undefined {
    return this.#take(this.#byName.get(name));
  }

  /** Each call is in two lists, so one of them may hold calls that were taken by way of the other. */
  #take(list: ToolCallPart[] | undefined): ToolCallPart | undefined {
    for (let call = list?.pop(); call; call = list?.pop()) {
      if (this.#taken.has(call)) continue;
      this.#taken.add(call);
      return call;
    }
    return undefined;
  }
}

type Lookup = ReadonlyMap<string, ToolCallPart[]>;
