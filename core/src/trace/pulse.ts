const BEATS = 0;
const ALLOWANCE = 1;

/** A thread's sign of life for another. Shared memory, because a message costs more than most of its work. */
export class Pulse {
  /** Passed to the other thread, which creates a `Pulse` from it. */
  readonly memory: SharedArrayBuffer;
  readonly #cells: Int32Array;

  constructor(memory = new SharedArrayBuffer(2 * Int32Array.BYTES_PER_ELEMENT)) {
    this.memory = memory;
    this.#cells = new Int32Array(memory);
  }

  /** This thread is alive, and may stay silent for `allowanceMs`. */
  beat(allowanceMs: number): void {
    Atomics.store(this.#cells, ALLOWANCE, allowanceMs);
    Atomics.add(this.#cells, BEATS, 1);
  }

  /** A new number after each beat. */
  get beats(): number {
    return Atomics.load(this.#cells, BEATS);
  }

  /** How long the thread may be silent after its last beat, in milliseconds. */
  get allowanceMs(): number {
    return Atomics.load(this.#cells, ALLOWANCE);
  }
}
