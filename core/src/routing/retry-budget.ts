/** Each request earns this much of a repeat, so that repeats add at most a fifth to the load of a sick upstream. */
const EARNED = 0.2;
/** What may be saved, and what a gateway begins with. */
const MOST = 100;

/** Repeats of failed attempts are paid from what requests earned: when everything fails, they cannot storm. */
export class RetryBudget {
  #tokens = MOST;

  earn(): void {
    this.#tokens = Math.min(this.#tokens + EARNED, MOST);
  }

  /** Whether one more repeat is affordable. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
