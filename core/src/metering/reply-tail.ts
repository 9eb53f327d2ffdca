const NONE: readonly Uint8Array[] = [];

/** Keeps the end of a byte stream by reference: nothing is copied or parsed while the stream runs. */
export class ReplyTail {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a reference to a chunk. Returns the chunks that are no longer kept, in order. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    this.#chunks.push(chunk);
    this.#size += chunk.length;
    return this.#size > this.#limit * 2 ? this.#shorten() : NONE;
  }

  /** The last bytes, at least `limit` of them if there were that many. */
  bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  #shorten(): readonly Uint8Array[] {
    const chunks = this.#chunks;
    let count = 0;
    for (const { length } of chunks.slice(0, -1)) {
      if (this.#size - length < this.#limit) break;
      this.#size -= length;
      count += 1;
    }
    const dropped = chunks.splice(0, count);
    const [first] = chunks;
    if (first && this.#size > this.#limit * 2) {
      const cut = this.#size - this.#limit;
      dropped.push(first.subarray(0, cut));
      // A copy, so that the memory of the whole chunk can be freed.
      chunks[0] = Buffer.from(first.subarray(cut));
      this.#size = this.#limit;
    }
    return dropped;
  }
}
