interface Pending {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** Calls to the store that wait for an answer, each with a time limit. */
export class PendingQuestions {
  readonly #limitMs: number;
  readonly #pending = new Map<number, Pending>();
  #next = 0;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
  }

  get size(): number {
    return this.#pending.size;
  }

  /** Makes a call through `send`, which gets the number of its answer. */
  open<T>(send: (call: number) => void): Promise<T> {
    const call = this.#next++;
    return new Promise<T>((resolve, reject) => {
      const timer = setTimeout(
        () => this.fail(call, `The trace store did not respond within ${this.#limitMs / 1000} seconds.`),
        this.#limitMs,
      ).unref();
      this.#pending.set(call, { resolve: resolve as Pending['resolve'], reject, timer });
      send(call);
    });
  }

  answer(call: number, value: unknown): void {
    this.#take(call)?.resolve(value);
  }

  fail(call: number, reason: string): void {
    this.#take(call)?.reject(new Error(reason));
  }

  failAll(reason: string): void {
    for (const call of [...this.#pending.keys()]) this.fail(call, reason);
  }

  #take(call: number): Pending | undefined {
    const pending = this.#pending.get(call);
    this.#pending.delete(call);
    clearTimeout(pending?.timer);
    return pending;
  }
}
