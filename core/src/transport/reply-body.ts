import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';

/** What is read of a reply that its reader left, in the hope that it ends and its connection can be kept. */
const REST_BYTES = 64 * 1024;
const REST_MS = 250;

/**
 * The body of a reply. Whoever leaves it before its end, as a decoder does at `[DONE]`, gives up the rest: the
 * last few bytes are read and thrown away, so that the connection can serve the next request; a reply that goes
 * on is cut off.
 */
export class ReplyBody extends Readable {
  readonly #controller: Dispatcher.DispatchController;
  #isOver = false;
  #rest = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(controller: Dispatcher.DispatchController) {
    super();
    this.#controller = controller;
    // A body that breaks before anyone listens must not end the process; who reads it later is told.
    this.on('error', () => {});
  }

  /** Takes the next bytes from the connection. */
  receive(chunk: Buffer): void {
    if (!this.destroyed) {
      if (!this.push(chunk)) this.#controller.pause();
      return;
    }
    this.#rest += chunk.length;
    if (this.#rest > REST_BYTES) this.#cutOff();
  }

  /** The connection has given all, or broke with `error`. */
  end(error?: Error): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    if (error) this.destroy(error);
    else this.push(null);
  }

  override _read(): void {
    this.#controller.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (error && !this.#isOver) this.#controller.abort(error);
    else if (!this.#isOver) {
      this.#timer = setTimeout(() => this.#cutOff(), REST_MS);
      this.#controller.resume();
    }
    callback(error);
  }

  #cutOff(): void {
    if (!this.#isOver) this.#controller.abort(new Error('Nobody reads the reply.'));
  }
}
