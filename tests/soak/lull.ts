/**
 * Lets all that is being done end, and begins nothing new, while something is measured: bodies under way would count as
 * memory that is kept.
 */
export class Lull {
  #running = 0;
  #over: Promise<void> | undefined;
  #idle: (() => void) | undefined;

  /** Does work, unless there is a lull: then after it. */
  async work<T>(task: () => Promise<T>): Promise<T> {
    while (this.#over) await this.#over;
    this.#running += 1;
    try {
      return await task();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#idle?.();
    }
  }

  /** Measures when no work is being done. */
  async measure<T>(task: () => Promise<T>): Promise<T> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#over = promise;
    try {
      if (this.#running > 0) {
        await new Promise<void>((idle) => {
          this.#idle = idle;
        });
      }
      return await task();
    } finally {
      this.#idle = undefined;
      this.#over = undefined;
      resolve();
    }
  }
}
