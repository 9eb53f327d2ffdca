import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { draftOf, nameOf, readFolder, spaceOf, type StoredFile } from './disk-index.ts';
import type { CacheStore, StoreBounds, StoreClock, Stored } from './store.ts';

export interface DiskStoreInput extends StoreBounds {
  /** A folder of its own, which exists. */
  readonly folder: string;
  readonly clock: StoreClock;
}

/** How often files whose time is over are removed, at most. */
const SWEEP_EVERY_MS = 60_000;

/**
 * Keeps each text in a file. A file appears whole, by its final name, so a process that is killed at any instant leaves
 * nothing half written. The index of files is in memory and read anew by the next process.
 */
export function createDiskStore(input: DiskStoreInput): CacheStore {
  return new DiskStore(input);
}

class DiskStore implements CacheStore {
  readonly #input: DiskStoreInput;
  readonly #files: LRUCache<string, StoredFile>;
  readonly #running = new Set<Promise<unknown>>();
  /** Begins at once: a folder with many files takes a while. */
  readonly #opened: Promise<void>;
  #drafts = 0;
  #sweptAt: number;

  constructor(input: DiskStoreInput) {
    this.#input = input;
    this.#sweptAt = input.clock.now();
    this.#files = new LRUCache({
      max: input.maxEntries,
      maxSize: input.maxBytes,
      sizeCalculation: ({ size }) => spaceOf(size),
      dispose: (file, _key, reason) => {
        if (reason === 'evict') void this.#remove(file);
      },
    });
    this.#opened = this.#read();
    // Whoever uses the store gets the error.
    this.#opened.catch(() => {});
  }

  async get(key: string): Promise<Stored | undefined> {
    await this.#opened;
    const file = this.#files.get(key);
    if (!file) return undefined;
    const leftMs = file.until - this.#input.clock.now();
    if (leftMs <= 0) {
      await this.delete(key);
      return undefined;
    }
    try {
      return { text: await readFile(this.#pathOf(file), 'utf8'), leftMs };
    } catch (error) {
      // It was evicted meanwhile, or somebody removed it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (this.#files.peek(key) === file) this.#files.delete(key);
      return undefined;
    }
  }

  set(key: string, text: string, ttlMs: number): Promise<void> {
    return this.#run(this.#write({ key, text, until: Math.ceil(this.#input.clock.now() + ttlMs) }));
  }

  async delete(key: string): Promise<void> {
    await this.#opened;
    const file = this.#files.peek(key);
    if (!file) return;
    this.#files.delete(key);
    await this.#remove(file);
  }

  async close(): Promise<void> {
    while (this.#running.size > 0) await Promise.allSettled(this.#running);
  }

  async #write({
    key,
    text,
    until,
  }: Pick<StoredFile, 'key' | 'until'> & { readonly text: string }): Promise<void> {
    await this.#opened;
    const size = Buffer.byteLength(text);
    if (spaceOf(size) > this.#input.maxBytes) return this.delete(key);
    const file = { key, until, size };
    const draft = join(this.#input.folder, draftOf(nameOf(file), (this.#drafts += 1)));
    try {
      await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
      await rename(draft, this.#pathOf(file));
    } catch (error) {
      await rm(draft, { force: true });
      throw error;
    }
    const before = this.#files.peek(key);
    this.#files.set(key, file);
    if (before && before.until !== until) await this.#remove(before);
    this.#sweep();
  }

  async #read(): Promise<void> {
    const { folder, clock } = this.#input;
    for (const file of await readFolder(folder, clock.now())) {
      const before = this.#files.peek(file.key);
      this.#files.set(file.key, file);
      if (before) await this.#remove(before);
    }
  }

  #sweep(): void {
    const now = this.#input.clock.now();
    if (now - this.#sweptAt < SWEEP_EVERY_MS) return;
    this.#sweptAt = now;
    for (const file of [...this.#files.values()]) {
      if (file.until > now) continue;
      this.#files.delete(file.key);
      void this.#remove(file);
    }
  }

  /** Does not fail: a file that cannot be removed is found and counted by the next process. */
  #remove(file: StoredFile): Promise<void> {
    return this.#run(rm(this.#pathOf(file), { force: true }).catch(() => {}));
  }

  #pathOf(file: StoredFile): string {
    return join(this.#input.folder, nameOf(file));
  }

  async #run<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work);
    try {
      return await work;
    } finally {
      this.#running.delete(work);
    }
  }
}
