import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Adapter } from 'lowdb';
import writeFileAtomic from 'write-file-atomic';
import { flushFolder } from './folder.ts';

/**
 * A JSON file for lowdb that is always whole: written beside, flushed to the disk, and renamed, so that a
 * process that dies at any instant leaves the old text or the new one.
 */
export class DurableJsonFile<T> implements Adapter<T> {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** The parsed text; `null` when there is no file. Throws a `SyntaxError` when it is not JSON. */
  async read(): Promise<T | null> {
    try {
      return JSON.parse(await readFile(this.#path, 'utf8')) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw error;
    }
  }

  async write(data: T): Promise<void> {
    await writeFileAtomic(this.#path, `${JSON.stringify(data, undefined, 2)}\n`, { mode: 0o600 });
    await flushFolder(dirname(this.#path));
  }

  /** Puts the file aside under a new name. */
  async putAside(name: string): Promise<void> {
    await rename(this.#path, name);
    await flushFolder(dirname(this.#path));
  }

  /** Removes the temporary files of processes that were killed while they wrote. */
  async removeLeftovers(): Promise<void> {
    const folder = dirname(this.#path);
    const start = `${basename(this.#path)}.`;
    const names = await readdir(folder);
    const left = names.filter((name) => name.startsWith(start) && /^\d+$/.test(name.slice(start.length)));
    await Promise.all(left.map((name) => rm(join(folder, name), { force: true })));
  }
}
