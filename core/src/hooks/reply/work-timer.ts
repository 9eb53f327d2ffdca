/**
 * Measures work that is interrupted by waiting, and limits each stretch of it. A stretch costs two readings of the clock;
 * there is one timer for all.
 */
export class WorkTimer {
  readonly #limitMs: number;
  readonly #onLate: () => void;
  #timer: NodeJS.Timeout | undefined;
  #since: number | undefined;
  #total = 0;

  constructor(limitMs: number, onLate: () => void) {
    this.#limitMs = limitMs;
    this.#onLate = onLate;
  }

  start(): void {
    if (this.#since !== undefined) return;
    this.#since = performance.now();
    this.#timer ??= setTimeout(this.#look, this.#limitMs).unref();
  }

  stop(): void {
    if (this.#since === undefined) return;
    this.#total += performance.now() - this.#since;
    this.#since = undefined;
  }

  /** How long the work took, in milliseconds. */
  end(): number {
    this.stop();
    clearTimeout(this.#timer);
    return this.#total;
  }

  readonly #look = (): void => {
    this.#timer = undefined;
    if (this.#since === undefined) return;
    const left = this.#limitMs - (performance.now() - this.#since);
    if (left <= 0) this.#onLate();
    else this.#timer = setTimeout(this.#look, Math.ceil(left)).unref();
  };
}
