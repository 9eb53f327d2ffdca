/** What each request earns, so that retries add at most a fifth to the load of a failing upstream. */
const EARNED = 0.2;
/** The maximum and initial balance. */
const MOST = 100;

/** Retries of failed attempts are paid from what requests earned: when everything fails, they cannot storm. */
export class RetryBudget {
  #tokens = MOST;

  earn(): void {
    this.#tokens = Math.min(this.#tokens + EARNED, MOST);
  }

  /** Whether one more retry is affordable. */
  spend(): boolean {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }
}
