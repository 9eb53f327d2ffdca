import { LRUCache } from 'lru-cache';
import type { CacheStore, StoreBounds, StoreClock } from './store.ts';

/** Keeps texts in memory. When there are too many, those that were not asked for longest go first. */
export function createMemoryStore({ maxEntries, maxBytes }: StoreBounds, clock: StoreClock): CacheStore {
  const texts = new LRUCache<string, { readonly text: string; readonly until: number }>({
    max: maxEntries,
    maxSize: maxBytes,
    // A character takes at most two bytes; a text that cannot be kept is left out.
    sizeCalculation: ({ text }, key) => 2 * (text.length + key.length),
  });
  return {
    async get(key) {
      const found = texts.get(key);
      if (!found) return undefined;
      const leftMs = found.until - clock.now();
      if (leftMs > 0) return { text: found.text, leftMs };
      texts.delete(key);
      return undefined;
    },
    async set(key, text, ttlMs) {
      texts.set(key, { text, until: clock.now() + ttlMs });
    },
    async delete(key) {
      texts.delete(key);
    },
    async close() {
      texts.clear();
    },
  };
}
