import { Readable } from 'node:stream';

/** The connection that a body comes from. */
export interface ReplySource {
  /** Stops reading. */
  pause(): void;
  /** Goes on reading. */
  resume(): void;
  /** Closes the connection. */
  abort(reason: Error): void;
}

/** How much is read of an abandoned reply, so that it may end and its connection can be reused. */
const REST_BYTES = 64 * 1024;
const REST_MS = 250;

/**
 * The body of a reply. A reader may leave it before its end, as a decoder does at `[DONE]`: the last few bytes are
 * then read and discarded, so that the connection can serve the next request; a reply that goes on is aborted.
 */
export class ReplyBody extends Readable {
  readonly #source: ReplySource;
  /** What arrived before anybody read; `undefined` from then on. */
  #unread: Buffer[] | undefined = [];
  #unreadBytes = 0;
  #isOver = false;
  #rest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(source: ReplySource) {
    super();
    this.#source = source;
    // A body that fails before anyone listens must not end the process; a later reader still gets the error.
    this.on('error', () => {});
  }

  /** Takes the next bytes from the connection. */
  receive(chunk: Buffer): void {
    if (!this.destroyed) {
      if (!this.#take(chunk)) this.#source.pause();
      return;
    }
    this.#rest += chunk.length;
    if (this.#rest > REST_BYTES) this.#cutOff();
  }

  /** The connection has delivered everything, or failed with `error`. */
  end(error?: Error): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (error) this.destroy(error);
    else if (!this.#unread) this.push(null);
  }

  /**
   * The whole body, if it has ended within the limit and nobody has read from it; `undefined` otherwise. A short reply
   * arrives together with its headers, and is cheaper to take this way than by stream events.
   */
  takeWhole(limit: number): Buffer | undefined {
    const unread = this.#unread;
    if (!unread || !this.#isOver || this.destroyed || this.#unreadBytes > limit) return undefined;
    this.#unread = undefined;
    return unread.length === 1 ? unread[0] : Buffer.concat(unread);
  }

  override _read(): void {
    const unread = this.#unread ?? [];
    this.#unread = undefined;
    for (const chunk of unread) this.push(chunk);
    if (this.#isOver) this.push(null);
    else this.#source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (error && !this.#isOver) this.#source.abort(error);
    else if (!this.#isOver) {
      this.#timer = setTimeout(() => this.#cutOff(), REST_MS);
      this.#source.resume();
    }
    callback(error);
  }

  /** Whether more may come. */
  #take(chunk: Buffer): boolean {
    if (!this.#unread) return this.push(chunk);
    this.#unread.push(chunk);
    this.#unreadBytes += chunk.length;
    return this.#unreadBytes < this.readableHighWaterMark;
  }

  #cutOff(): void {
    if (!this.#isOver) this.#source.abort(new Error('The reply was abandoned.'));
  }
}
