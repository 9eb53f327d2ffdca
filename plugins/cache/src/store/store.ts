/**
 * Where answers are kept: texts by key, each for a time. A store may lose any of them at any time, and keeps within its
 * own bounds. `describeStore` of this package's `testing` entry checks one.
 */
export interface CacheStore {
  /** The text and how long it will still be kept; `undefined` if there is none, or its time is over. */
  get(key: string): Promise<Stored | undefined>;
  /** Keeps a text for this many milliseconds, in place of an earlier one. Resolves when `get` finds it. */
  set(key: string, text: string, ttlMs: number): Promise<void>;
  /** Forgets a text, if there is one. */
  delete(key: string): Promise<void>;
  /** Resolves when what was set is as safe as the store can make it. The store is not used afterwards. */
  close(): Promise<void>;
}

/** A text that was found. */
export interface Stored {
  readonly text: string;
  /** In milliseconds. */
  readonly leftMs: number;
}

/** How much a store may hold. */
export interface StoreBounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** The time, in milliseconds since 1970. */
export interface StoreClock {
  now(): number;
}
