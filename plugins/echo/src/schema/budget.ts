/** How much work one schema may cause. A hostile one ends when this is spent, and not in a frozen gateway. */
export class Budget {
  #steps: number;

  constructor(steps: number) {
    this.#steps = steps;
  }

  /** Whether there was enough left. */
  spend(steps = 1): boolean {
    this.#steps -= steps;
    return this.#steps >= 0;
  }
}
