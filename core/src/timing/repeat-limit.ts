import { LRUCache } from 'lru-cache';

/** How often the same message is logged. */
const EVERY_MS = 60_000;
/** How many recent messages are tracked. */
const MAX_KNOWN = 200;

/** Keeps a fault that occurs with every request from flooding the log. */
export class RepeatLimit {
  readonly #now: () => number;
  readonly #known = new LRUCache<string, { loggedAt: number; more: number }>({ max: MAX_KNOWN });

  /** `now` is in milliseconds. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /** Fields for a log line, with the number of lines suppressed before it; `undefined` if this one is suppressed, too. */
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
