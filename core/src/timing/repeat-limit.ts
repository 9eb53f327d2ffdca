import { LRUCache } from 'lru-cache';

/** The same thing is logged so often. */
const EVERY_MS = 60_000;
/** Of more different ones, the latest are told apart. */
const MAX_KNOWN = 200;

/** Keeps what goes wrong at every request from filling the log. */
export class RepeatLimit {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, { loggedAt: number; more: number }>({ max: MAX_KNOWN });

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
    this.#known.set(what, { loggedAt: this.#now(), more: 0 });
    return before && before.more > 0 ? { more: before.more } : {};
  }
}
