import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { KeyValue } from '@dragoman/plugin';
import { z } from 'zod';
import { writeDurably } from '../files/durable-file.ts';
import { StateError } from '../files/state-error.ts';
import { writeFailure } from '../files/write-failure.ts';

/** How much a store may hold, in bytes of its keys and values. */
export const MAX_STORE_BYTES = 64 * 1024;

export interface Sealing {
  /** Names the owner in errors. */
  readonly name: string;
  seal(text: string): string;
  /** Throws a `StateError`. */
  open(sealed: string): string;
}

type Entries = ReadonlyMap<string, string>;

const entriesSchema = z.array(z.tuple([z.string(), z.string()]));

/** A store in one encrypted file. Changes are applied one at a time, and visible once they are durable. */
export class SealedFile implements KeyValue {
  readonly #path: string;
  readonly #sealing: Sealing;
  readonly #ready: Promise<unknown>;
  #entries: Promise<Entries> | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #isClosed = false;

  /** Nothing is read or written until `ready`. */
  constructor(path: string, sealing: Sealing, ready: Promise<unknown> = Promise.resolve()) {
    this.#path = path;
    this.#sealing = sealing;
    this.#ready = ready;
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.#read()).get(key);
  }

  set(key: string, value: string): Promise<void> {
    return this.#change((entries) => new Map(entries).set(key, value));
  }

  delete(key: string): Promise<void> {
    return this.#change((entries) =>
      entries.has(key) ? new Map([...entries].filter(([name]) => name !== key)) : entries,
    );
  }

  /** Its owner is gone: waits for the current write, and refuses others, which would recreate the file. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#last;
  }

  #read(): Promise<Entries> {
    if (!this.#entries) {
      this.#entries = this.#load();
      // A file that cannot be read may be repaired.
      this.#entries.catch(() => (this.#entries = undefined));
    }
    return this.#entries;
  }

  async #load(): Promise<Entries> {
    await this.#ready;
    let sealed: string;
    try {
      sealed = await readFile(this.#path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return new Map();
      throw this.#unreadable(`reading failed (${code})`, error);
    }
    try {
      return new Map(entriesSchema.parse(JSON.parse(this.#sealing.open(sealed.trim()))));
    } catch (error) {
      throw this.#unreadable(error instanceof StateError ? error.message : 'it is damaged.', error);
    }
  }

  /** It is not overwritten: what it holds may be impossible to obtain again. */
  #unreadable(why: string, cause: unknown): StateError {
    const message = `The store of the ${this.#sealing.name} cannot be read: ${why} Its file is ${this.#path}.`;
    return new StateError(message, cause);
  }

  #change(change: (entries: Entries) => Entries): Promise<void> {
    const result = this.#last.then(() => this.#apply(change));
    this.#last = result.catch(() => {});
    return result;
  }

  async #apply(change: (entries: Entries) => Entries): Promise<void> {
    const { name } = this.#sealing;
    const before = await this.#read();
    const next = change(before);
    if (next === before) return;
    if (this.#isClosed) throw new StateError(`The ${name} was removed, and its store with it.`);
    const size = sizeOf(next);
    if (size > MAX_STORE_BYTES && size > sizeOf(before)) {
      const limit = `${MAX_STORE_BYTES / 1024} KiB`;
      throw new RangeError(`The store of the ${name} holds at most ${limit}; this would be ${size} bytes.`);
    }
    await this.#write(this.#sealing.seal(JSON.stringify([...next])));
    this.#entries = Promise.resolve(next);
  }

  async #write(sealed: string): Promise<void> {
    try {
      await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
      await writeDurably(this.#path, `${sealed}\n`);
    } catch (error) {
      const why = writeFailure(error) ?? 'see the log';
      throw new StateError(`The store of the ${this.#sealing.name} could not be written: ${why}.`, error);
    }
  }
}

function sizeOf(entries: Entries): number {
  let size = 0;
  for (const [key, value] of entries) size += Buffer.byteLength(key) + Buffer.byteLength(value);
  return size;
}
