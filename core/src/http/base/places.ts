/**
 * A collection of running things, each in a slot. Not a `Set`: when a set grows, its old tables keep their entries until
 * a full collection, and with them the memory of most requests.
 */
export class Places<T> {
  readonly #items: (T | undefined)[] = [];
  readonly #free: number[] = [];

  get isEmpty(): boolean {
    return this.#free.length === this.#items.length;
  }

  /** Returns the slot, for removal. */
  add(item: T): number {
    const place = this.#free.pop() ?? this.#items.length;
    this.#items[place] = item;
    return place;
  }

  /** Call it once for each slot. */
  remove(place: number): void {
    this.#items[place] = undefined;
    this.#free.push(place);
  }

  *[Symbol.iterator](): Generator<T> {
    for (const item of this.#items) if (item !== undefined) yield item;
  }
}
