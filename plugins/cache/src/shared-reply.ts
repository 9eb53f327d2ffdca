import type { ChatEvent } from '@dragoman/plugin';

const OVER: IteratorResult<ChatEvent> = { value: undefined, done: true };

/** Called with each event, before any reader gets it. */
type OnEvent = (event: ChatEvent) => void;

/**
 * One reply that any number of requests read, each from its beginning and at its own pace. Whoever is ahead asks the
 * source for more, so a reader that is slow or gone holds up nobody, and the source is not read faster than the
 * fastest reader wants it. When the last reader leaves, the source is closed.
 */
export class SharedReply {
  readonly #onEvent: OnEvent;
  readonly #readers = new Set<SharedReader>();
  readonly #waiting = new Set<() => void>();
  readonly #over = Promise.withResolvers<void>();
  #events: ChatEvent[] = [];
  /** How many events are no longer held. */
  #dropped = 0;
  #source: AsyncIterator<ChatEvent> | undefined;
  #isAsked = false;
  #isSealed = false;
  #isDrained = false;
  #failure: { readonly error: unknown } | undefined;
  #isOver = false;

  constructor(onEvent: OnEvent = () => {}) {
    this.#onEvent = onEvent;
  }

  /** Whether the source is at its end, has failed, or is closed. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Resolves when it is over. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Says where the events come from. Before that, readers wait. */
  begin(source: AsyncIterable<ChatEvent>): void {
    const iterator = source[Symbol.asyncIterator]();
    if (this.#isOver) void close(iterator);
    else this.#source = iterator;
    if (this.#isDrained || this.#waiting.size > 0) this.#ask();
  }

  /** Ends it: readers get the error after the events that have come. */
  fail(error: unknown): void {
    if (this.#isOver) return;
    this.#failure = { error };
    this.#end();
  }

  /** Reads the source to its end now, whatever the pace of the readers. */
  drain(): void {
    this.#isDrained = true;
    this.#ask();
  }

  /** Takes no more readers: events that all have seen need not be held any longer. */
  seal(): void {
    this.#isSealed = true;
    this.#drop();
  }

  /** A new reader. It counts until it has left, whether or not it reads. */
  read(onLeave: () => void = () => {}): SharedReader {
    const reader = new SharedReader({
      next: (own) => this.#next(own),
      leave: (own) => {
        if (this.#leave(own)) onLeave();
      },
    });
    this.#readers.add(reader);
    return reader;
  }

  async #next(reader: SharedReader): Promise<IteratorResult<ChatEvent>> {
    while (this.#readers.has(reader)) {
      const value = this.#events[reader.at - this.#dropped];
      if (value) {
        reader.at += 1;
        this.#drop();
        return { value, done: false };
      }
      if (this.#isOver) {
        reader.leave();
        if (this.#failure) throw this.#failure.error;
        break;
      }
      await this.#more();
    }
    return OVER;
  }

  /** Resolves when something has changed. */
  #more(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#waiting.add(resolve);
    this.#ask();
    return promise;
  }

  #ask(): void {
    if (this.#isAsked || !this.#source || this.#isOver) return;
    this.#isAsked = true;
    void this.#take(this.#source);
  }

  async #take(source: AsyncIterator<ChatEvent>): Promise<void> {
    try {
      const step = await source.next();
      if (step.done) this.#end();
      else {
        this.#onEvent(step.value);
        this.#events.push(step.value);
        if (step.value.type === 'finish') this.#finish(source);
      }
    } catch (error) {
      this.fail(error);
    }
    this.#isAsked = false;
    this.#wake();
    if (this.#isDrained) this.#ask();
  }

  #wake(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }

  #leave(reader: SharedReader): boolean {
    if (!this.#readers.delete(reader)) return false;
    this.#wake();
    if (this.#readers.size > 0 || this.#isOver) return true;
    this.#isOver = true;
    const closed = this.#source ? close(this.#source) : Promise.resolve();
    void closed.then(this.#over.resolve);
    return true;
  }

  /** Nothing follows a finish, so nobody needs to wait for the source's own end. */
  #finish(source: AsyncIterator<ChatEvent>): void {
    source.next().then(undefined, () => {});
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#over.resolve();
    this.#wake();
  }

  #drop(): void {
    if (!this.#isSealed) return;
    const seen = Math.min(...[...this.#readers].map(({ at }) => at)) - this.#dropped;
    if (seen <= 0 || seen === Infinity) return;
    this.#events = this.#events.slice(seen);
    this.#dropped += seen;
  }
}

/** Nobody waits for what comes of it any more. */
async function close(source: AsyncIterator<ChatEvent>): Promise<void> {
  try {
    await source.return?.();
  } catch {
    // The reply was given up; how its source ended does not matter.
  }
}

interface Reading {
  next(reader: SharedReader): Promise<IteratorResult<ChatEvent>>;
  leave(reader: SharedReader): void;
}

/** One request's view of a shared reply. It is read once. */
export class SharedReader implements AsyncIterableIterator<ChatEvent> {
  readonly #reading: Reading;
  /** The number of events read. */
  at = 0;

  constructor(reading: Reading) {
    this.#reading = reading;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<ChatEvent>> {
    return this.#reading.next(this);
  }

  /** Leaves: a step that waits ends at once. */
  return(): Promise<IteratorResult<ChatEvent>> {
    this.leave();
    return Promise.resolve(OVER);
  }

  leave(): void {
    this.#reading.leave(this);
  }
}
