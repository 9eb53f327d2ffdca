/** What a fake upstream was asked, and what it answers next. */
export class CallLog<Call, Reply> {
  #calls: Call[] = [];
  #waiting: { readonly count: number; readonly resolve: (call: Call) => void }[] = [];
  readonly #queue: Reply[] = [];

  /** All calls so far, in the order of their arrival. */
  get all(): readonly Call[] {
    return this.#calls;
  }

  /** The newest call; throws when there was none. */
  get last(): Call {
    const call = this.#calls.at(-1);
    if (!call) throw new Error('The mock upstream was not called.');
    return call;
  }

  record(call: Call): void {
    this.#calls.push(call);
    this.#waiting = this.#waiting.filter(({ count, resolve }) => {
      if (count <= this.#calls.length) resolve(call);
      return count > this.#calls.length;
    });
  }

  waitFor(count = this.#calls.length + 1): Promise<Call> {
    const call = this.#calls[count - 1];
    if (call) return Promise.resolve(call);
    return new Promise((resolve) => this.#waiting.push({ count, resolve }));
  }

  queue(...replies: readonly Reply[]): void {
    this.#queue.push(...replies);
  }

  /** How many replies are queued. */
  get queued(): number {
    return this.#queue.length;
  }

  /** The reply that is next in the queue. */
  next(): Reply | undefined {
    return this.#queue.shift();
  }

  clear(): void {
    this.#calls = [];
    this.#queue.length = 0;
  }
}
