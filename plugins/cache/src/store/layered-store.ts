import type { CacheStore, Stored } from './store.ts';

/** A small fast store before a large one: what is found in the second is kept in the first, too. */
export function createLayeredStore(fast: CacheStore, large: CacheStore): CacheStore {
  return new LayeredStore(fast, large);
}

class LayeredStore implements CacheStore {
  readonly #fast: CacheStore;
  readonly #large: CacheStore;
  /** Why the large store did not take a text. The next use reports it. */
  #failure: { readonly error: unknown } | undefined;

  constructor(fast: CacheStore, large: CacheStore) {
    this.#fast = fast;
    this.#large = large;
  }

  async get(key: string): Promise<Stored | undefined> {
    const near = await this.#fast.get(key);
    if (near) return near;
    const far = await this.#large.get(key);
    if (far) await this.#fast.set(key, far.text, far.leftMs);
    return far;
  }

  /** Does not wait for the large store: the text is found in the fast one. */
  async set(key: string, text: string, ttlMs: number): Promise<void> {
    this.#large.set(key, text, ttlMs).catch((error: unknown) => (this.#failure = { error }));
    await this.#fast.set(key, text, ttlMs);
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) throw failure.error;
  }

  async delete(key: string): Promise<void> {
    await Promise.all([this.#fast.delete(key), this.#large.delete(key)]);
  }

  async close(): Promise<void> {
    await Promise.all([this.#fast.close(), this.#large.close()]);
  }
}
