import { setImmediate } from 'node:timers/promises';

/** Characters to write before yielding to the event loop: about a millisecond of work. */
const CHUNK = 64 * 1024;

/** Builds a long text without blocking this thread for long. */
export class ChunkWriter {
  readonly #chunks: Buffer[] = [];
  #parts: string[] = [];
  #length = 0;

  /** Await the result if there is one: it yields to the event loop. */
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
