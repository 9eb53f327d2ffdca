import type { Block, ChatEvent } from './chat.ts';
import { GatewayError } from './errors.ts';

/**
 * Opens and closes blocks for decoders that see sparse deltas. A block has a key of the decoder's choice; it
 * opens when the key is first used.
 */
export class BlockWriter {
  readonly #open = new Map<string, number>();
  #next = 0;

  /** Whether a block of this key is open. */
  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** The index of an open block. */
  indexOf(key: string): number | undefined {
    return this.#open.get(key);
  }

  /** An index for a part that comes whole. */
  nextIndex(): number {
    return this.#next++;
  }

  *open(key: string, block: Block, choice = 0): Generator<ChatEvent> {
    if (this.#open.has(key)) return;
    const index = this.nextIndex();
    this.#open.set(key, index);
    yield { type: 'block-start', index, block, ...(choice > 0 && { choice }) };
  }

  /** Adds to an open block. */
  *delta(key: string, delta: string): Generator<ChatEvent> {
    const index = this.#open.get(key);
    if (index !== undefined && delta !== '') yield { type: 'block-delta', index, delta };
  }

  *close(key: string): Generator<ChatEvent> {
    const index = this.#open.get(key);
    if (index === undefined) return;
    this.#open.delete(key);
    yield { type: 'block-end', index };
  }

  *closeAll(): Generator<ChatEvent> {
    for (const key of this.#open.keys()) yield* this.close(key);
  }
}

/** What is held back of parallel blocks unless told otherwise. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

/**
 * Puts interleaved blocks one after the other, for protocols whose blocks are serial: the first open block
 * streams, the others wait until it ends. The events must keep the grammar of {@link ChatEvent}.
 */
export async function* serializeBlocks(
  events: AsyncIterable<ChatEvent>,
  { maxBytes = MAX_HELD_BYTES }: { readonly maxBytes?: number } = {},
): AsyncGenerator<ChatEvent> {
  const waiting = new WaitingBlocks(maxBytes);
  let current: number | undefined;
  for await (const event of events) {
    if (!('index' in event)) {
      yield event;
    } else if (current === undefined) {
      yield event;
      if (event.type === 'block-start') current = event.index;
    } else if (event.index !== current) {
      waiting.add(event);
    } else {
      yield event;
      if (event.type === 'block-end') current = yield* waiting.flush();
    }
  }
}

type BlockEvent = Extract<ChatEvent, { readonly index: number }>;

/** Blocks whose turn has not come, in the order in which they began. */
class WaitingBlocks {
  readonly #limit: number;
  readonly #queues = new Map<number, { readonly events: BlockEvent[]; size: number }>();
  #size = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(event: BlockEvent): void {
    const queue = this.#queues.get(event.index) ?? { events: [], size: 0 };
    this.#queues.set(event.index, queue);
    const last = queue.events.at(-1);
    // Deltas are joined while they wait: thousands of tiny ones would weigh far more than their text.
    if (event.type === 'block-delta' && last?.type === 'block-delta') {
      queue.events[queue.events.length - 1] = { ...event, delta: last.delta + event.delta };
    } else queue.events.push(event);
    const size = sizeOf(event);
    queue.size += size;
    this.#size += size;
    if (this.#size > this.#limit) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream sent more than ${this.#limit} bytes of parallel blocks, which this protocol has to hold back.`,
      );
    }
  }

  /** Tells the blocks that wait, up to and with the first that is still open; gives its index. */
  *flush(): Generator<ChatEvent, number | undefined> {
    for (const [index, { events, size }] of this.#queues) {
      this.#queues.delete(index);
      this.#size -= size;
      yield* events;
      const last = events.at(-1)?.type;
      if (last !== 'block-end' && last !== 'block') return index;
    }
    return undefined;
  }
}

function sizeOf(event: BlockEvent): number {
  return event.type === 'block-delta' ? Buffer.byteLength(event.delta) : JSON.stringify(event).length;
}
