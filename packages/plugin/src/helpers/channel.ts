import { GatewayError } from '../canonical/errors.ts';

export interface ChannelOptions {
  /** Called once when the channel is over, however it ended: the place to close a socket. It must not throw. */
  readonly onStop?: () => void;
  /** How many values may wait for the reader; one more ends the channel with an error. Default: 65,536. */
  readonly maxWaiting?: number;
}

/** What callbacks push, and one reader iterates. */
export interface Channel<T> extends AsyncIterable<T> {
  /** Ignored once the channel is over. */
  push(value: T): void;
  /** The reader gets the error after what was pushed before. */
  fail(error: unknown): void;
  /** The reader ends after what was pushed before. */
  end(): void;
}

/**
 * Turns callbacks, such as the events of a socket, into something to iterate with `for await`. When the signal fires,
 * the reader gets its reason at once. The channel is over then, and when its reader stops.
 *
 * @example
 * const socket = new WebSocket(url);
 * const messages = channel<string>(context.signal, { onStop: () => socket.close() });
 * socket.addEventListener('message', ({ data }) => messages.push(String(data)));
 * socket.addEventListener('close', () => messages.end());
 */
export function channel<T>(signal: AbortSignal, options: ChannelOptions = {}): Channel<T> {
  return new CallbackChannel<T>(signal, options);
}

interface Reader<T> {
  readonly resolve: (step: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const OVER = { value: undefined, done: true } as const;

class CallbackChannel<T> implements Channel<T>, AsyncIterator<T, undefined> {
  readonly #signal: AbortSignal;
  readonly #onStop: (() => void) | undefined;
  readonly #maxWaiting: number;
  readonly #readers: Reader<T>[] = [];
  readonly #waiting = new Queue<T>();
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;

  constructor(signal: AbortSignal, { onStop, maxWaiting = 65_536 }: ChannelOptions) {
    this.#signal = signal;
    this.#onStop = onStop;
    this.#maxWaiting = maxWaiting;
    if (signal.aborted) this.#onAbort();
    else signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  [Symbol.asyncIterator](): AsyncIterator<T, undefined> {
    return this;
  }

  push(value: T): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader) reader.resolve({ value, done: false });
    else if (this.#waiting.size < this.#maxWaiting) this.#waiting.push(value);
    else this.fail(tooMany(this.#maxWaiting));
  }

  fail(error: unknown): void {
    if (this.#isOver) return;
    const reader = this.#readers.shift();
    if (reader) reader.reject(error);
    else this.#failure = { error };
    this.end();
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
    for (const { resolve } of this.#readers.splice(0)) resolve(OVER);
    this.#onStop?.();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    if (this.#waiting.size > 0) return Promise.resolve({ value: this.#waiting.take(), done: false });
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure) return Promise.reject(failure.error);
    if (this.#isOver) return Promise.resolve(OVER);
    return new Promise((resolve, reject) => this.#readers.push({ resolve, reject }));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.#waiting.clear();
    this.#failure = undefined;
    this.end();
    return Promise.resolve(OVER);
  }

  readonly #onAbort = (): void => {
    this.#waiting.clear();
    this.fail(GatewayError.from(this.#signal.reason));
  };
}

/** Takes as long for each value however many there are, unlike an array's `shift`. */
class Queue<T> {
  #values: T[] = [];
  #taken = 0;

  get size(): number {
    return this.#values.length - this.#taken;
  }

  push(value: T): void {
    this.#values.push(value);
  }

  /** The first value; there must be one. */
  take(): T {
    const value = this.#values[this.#taken] as T;
    this.#taken += 1;
    if (this.#taken * 2 > this.#values.length) {
      this.#values = this.#values.slice(this.#taken);
      this.#taken = 0;
    }
    return value;
  }

  clear(): void {
    this.#values = [];
    this.#taken = 0;
  }
}

function tooMany(count: number): GatewayError {
  return new GatewayError(
    'upstream-broken',
    `The upstream sent faster than its reply is read: more than ${count} messages are waiting.`,
  );
}
