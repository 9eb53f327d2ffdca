import type { Log } from '@dragoman/plugin';
import { decodeEntry, encodeEntry, type Entry } from './entry.ts';
import type { CacheStore } from './store/store.ts';

export interface AnswersInput {
  readonly store: CacheStore;
  /** Answers with more bytes are not kept. */
  readonly maxBytes: number;
  readonly log: Pick<Log, 'warn'>;
}

/** The answers in a store. A store that fails costs upstream calls, and never a request. */
export class Answers {
  readonly #store: CacheStore;
  readonly #maxBytes: number;
  readonly #log: Pick<Log, 'warn'>;
  /** Whether the last use failed: a store that is down is reported once. */
  #isDown = false;

  constructor({ store, maxBytes, log }: AnswersInput) {
    this.#store = store;
    this.#maxBytes = maxBytes;
    this.#log = log;
  }

  async find(key: string): Promise<Entry | undefined> {
    const found = await this.#try(() => this.#store.get(key));
    if (!found) return undefined;
    const entry = await decodeEntry(found.text);
    if (!entry) await this.#try(() => this.#store.delete(key));
    return entry;
  }

  async keep(key: string, entry: Entry, ttlMs: number): Promise<void> {
    const text = encodeEntry(entry);
    if (Buffer.byteLength(text) > this.#maxBytes) return;
    await this.#try(() => this.#store.set(key, text, ttlMs));
  }

  async #try<T>(use: () => Promise<T>): Promise<T | undefined> {
    try {
      const result = await use();
      this.#isDown = false;
      return result;
    } catch (error) {
      if (!this.#isDown)
        this.#log.warn({ error }, 'The store of the cache failed. Requests go to their upstreams.');
      this.#isDown = true;
      return undefined;
    }
  }
}
