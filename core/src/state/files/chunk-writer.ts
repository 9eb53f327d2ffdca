import { setImmediate } from 'node:timers/promises';

/** So many characters are put together before others have a turn: about a millisecond of work. */
const CHUNK = 64 * 1024;

/** Puts a long text together without blocking this thread for long. */
export class ChunkWriter {
  readonly #chunks: Buffer[] = [];
  #parts: string[] = [];
  #length = 0;

  /** To be awaited where it gives something: others have a turn then. */
  add(text: string): Promise<void> | undefined {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#length < CHUNK) return undefined;
    this.#flush();
    return setImmediate();
  }

  end(): Buffer {
    this.#flush();
    return Buffer.concat(this.#chunks);
  }

  #flush(): void {
    this.#chunks.push(Buffer.from(this.#parts.join('')));
    this.#parts = [];
    this.#length = 0;
  }
}
