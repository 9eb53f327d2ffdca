/** As many as may be left behind before they are dropped. */
const MOST_LEFT = 1_024;

/** Places in a text, in order. Those at the front are left one by one. */
export class Starts {
  #places: number[];
  #front = 0;

  constructor(place: number) {
    this.#places = [place];
  }

  /** `undefined` if none is left. */
  get first(): number | undefined {
    return this.#places[this.#front];
  }

  leaveFirst(): void {
    this.#front += 1;
    if (this.#front < MOST_LEFT) return;
    this.#places = this.#places.slice(this.#front);
    this.#front = 0;
  }

  /** Adds a place that is not before any of these. */
  add(place: number): void {
    this.#places.push(place);
  }

  /** Adds those of another. Returns how much work it was. */
  addAll(others: Starts): number {
    const isInOrder = (this.#places.at(-1) ?? 0) <= (others.first ?? 0);
    for (let at = others.#front; at < others.#places.length; at++) this.#places.push(others.#places[at] ?? 0);
    if (isInOrder) return others.#places.length - others.#front;
    this.#places = this.#places.slice(this.#front).sort((a, b) => a - b);
    this.#front = 0;
    return this.#places.length;
  }
}
