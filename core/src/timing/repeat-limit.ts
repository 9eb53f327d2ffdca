/** The same thing is logged so often. */
const EVERY_MS = 60_000;
/** More different ones are not told apart. */
const MAX_KNOWN = 200;

/** Keeps what goes wrong at every request from filling the log. */
export class RepeatLimit {
  readonly #now: () => number;
  readonly #known = new Map<string, { loggedAt: number; more: number }>();

  /** `now` is in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Fields for a line about this, with how many were left out before it; `undefined` when it is left out, too. */
  take(what: string): { readonly more?: number } | undefined {
    const before = this.#known.get(what);
    if (before && this.#now() - before.loggedAt < EVERY_MS) {
      before.more += 1;
      return undefined;
    }
    if (this.#known.size >= MAX_KNOWN) this.#known.clear();
    this.#known.set(what, { loggedAt: this.#now(), more: 0 });
    return before && before.more > 0 ? { more: before.more } : {};
  }
}
