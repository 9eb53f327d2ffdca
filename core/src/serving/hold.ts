import type { Readable } from 'node:stream';
import { type ChatEvent, decodeEvents, GatewayError, type StreamDecoder } from '@dragoman/plugin';
import { resumed } from '@dragoman/plugin/internal/canonical/iterate';
import type { HoldBounds } from '../config/routing.ts';
import { type Framing, readFrames } from '@dragoman/plugin/internal/transport/framing';

/** Whether an event has content or ends the reply; what comes before only announces it. */
function isContent({ type }: ChatEvent): boolean {
  return type !== 'ping' && type !== 'start' && type !== 'block-start' && type !== 'usage';
}

const EXPIRED = Symbol('expired');

/** Resolves when time is up. */
function expiry(ms: number): { readonly over: Promise<typeof EXPIRED>; readonly clear: () => void } {
  const { promise, resolve } = Promise.withResolvers<typeof EXPIRED>();
  const timer = setTimeout(() => resolve(EXPIRED), ms);
  return { over: promise, clear: () => clearTimeout(timer) };
}

/**
 * Waits for the first content: until then, another candidate may take over. Throws what the events throw. Never holds
 * more than the bounds.
 */
export async function holdEvents(
  events: AsyncIterator<ChatEvent>,
  bounds: HoldBounds,
): Promise<AsyncIterable<ChatEvent>> {
  const held: ChatEvent[] = [];
  const { over, clear } = expiry(bounds.ms);
  try {
    for (;;) {
      const next = events.next();
      const first = await Promise.race([next, over]);
      if (first === EXPIRED) return resumed(held, waitingFor(next, events));
      if (first.done) break;
      held.push(first.value);
      if (isContent(first.value) || held.length >= bounds.events) break;
    }
    return resumed(held, events);
  } finally {
    clear();
  }
}

/** Continues with a step that has already begun. */
function waitingFor(
  begun: Promise<IteratorResult<ChatEvent>>,
  events: AsyncIterator<ChatEvent>,
): AsyncIterator<ChatEvent> {
  let first: Promise<IteratorResult<ChatEvent>> | undefined = begun;
  return {
    next() {
      const next = first ?? events.next();
      first = undefined;
      return next;
    },
    return: async () => events.return?.() ?? { value: undefined, done: true },
  };
}

export interface HoldInput {
  readonly decoder: StreamDecoder;
  readonly bounds: HoldBounds;
  readonly framing: Framing;
  /** Checks a body that is not a stream. Throws the failure that it reports. */
  readonly refuse: (whole: Buffer) => void;
}

/**
 * Reads the beginning of a stream that passes through, up to its first content, and puts it back. Throws the failure
 * that it reports. Returns the whole body if it ended meanwhile.
 */
export async function holdBytes(
  body: Readable,
  { decoder, bounds, framing, refuse }: HoldInput,
): Promise<Buffer | undefined> {
  const start = new StartReader(body, bounds.bytes);
  const { over, clear } = expiry(bounds.ms);
  const events = decodeEvents(readFrames(start, framing), decoder)[Symbol.asyncIterator]();
  try {
    for (let count = 0; count < bounds.events; count += 1) {
      const next = await Promise.race([events.next(), over, start.full]);
      if (next === EXPIRED) break;
      if (next.done) {
        if (start.isEnded)
          throw new GatewayError('upstream-broken', 'The upstream returned an empty stream.');
        break;
      }
      if (isContent(next.value)) break;
    }
    return start.putBack();
  } catch (error) {
    const whole = start.putBack();
    if (whole && startsAsJson(whole)) refuse(whole);
    throw error;
  } finally {
    clear();
    // A decoder that waits for more would wait forever.
    start.close();
    events.return(undefined).then(undefined, () => {});
  }
}

function startsAsJson(body: Buffer): boolean {
  return /^\s*[{[]/.test(body.toString('latin1', 0, 64));
}

/** The chunks of a body as they arrive, all of them kept. */
class StartReader implements AsyncIterable<Uint8Array> {
  readonly #body: Readable;
  readonly #limit: number;
  readonly #held: Buffer[] = [];
  #size = 0;
  #read = 0;
  #isOver = false;
  #failure: unknown;
  #wake: () => void = () => {};
  readonly #full = Promise.withResolvers<typeof EXPIRED>();
  isEnded = false;

  constructor(body: Readable, limit: number) {
    this.#body = body;
    this.#limit = limit;
    body.on('data', this.#onData);
    body.once('end', this.#onEnd);
    body.once('error', this.#onError);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#held[this.#read];
      if (chunk) {
        this.#read += 1;
        yield chunk;
        continue;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isOver) return;
      // Not the end, which a decoder would take for a truncated reply.
      if (this.#size > this.#limit) this.#full.resolve(EXPIRED);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** Resolves when more bytes arrived than are held, and all of them were read. */
  get full(): Promise<typeof EXPIRED> {
    return this.#full.promise;
  }

  /** Detaches from the body; returns all of it if it is over, else it is as if nothing had been read. */
  putBack(): Buffer | undefined {
    this.#body.off('data', this.#onData);
    this.#body.off('end', this.#onEnd);
    this.#body.off('error', this.#onError);
    const held = Buffer.concat(this.#held);
    if (this.isEnded) return held;
    this.#body.pause();
    if (held.length > 0 && !this.#body.destroyed) this.#body.unshift(held);
    return undefined;
  }

  close(): void {
    this.#isOver = true;
    this.#wake();
  }

  readonly #onData = (chunk: Buffer): void => {
    this.#held.push(chunk);
    this.#size += chunk.length;
    this.#wake();
  };

  readonly #onEnd = (): void => {
    this.isEnded = true;
    this.close();
  };

  readonly #onError = (error: unknown): void => {
    this.#failure = GatewayError.from(error);
    this.#wake();
  };
}
