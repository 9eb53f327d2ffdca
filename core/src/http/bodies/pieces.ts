/** Smaller chunks are copied, since each would keep the much larger buffer that it was read into. */
const SMALL = 16 * 1024;
const PAGE_BYTES = 64 * 1024;

/** Collects the chunks of a body, in memory of about their size. */
export class Pieces {
  #pieces: Buffer[] = [];
  #page: Buffer | undefined;
  #filled = 0;
  size = 0;

  push(piece: Buffer): void {
    const isFirst = this.size === 0;
    this.size += piece.length;
    if (piece.length >= SMALL || isFirst) {
      this.#closePage();
      this.#pieces.push(piece);
      return;
    }
    if (this.#filled + piece.length > PAGE_BYTES) this.#closePage();
    this.#page ??= Buffer.allocUnsafeSlow(PAGE_BYTES);
    this.#filled += piece.copy(this.#page, this.#filled);
  }

  join(): Buffer {
    this.#closePage();
    return Buffer.concat(this.#pieces, this.size);
  }

  #closePage(): void {
    if (this.#page) this.#pieces.push(this.#page.subarray(0, this.#filled));
    this.#page = undefined;
    this.#filled = 0;
  }
}
