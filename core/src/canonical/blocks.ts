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
    for (const key of [...this.#open.keys()]) yield* this.close(key);
  }
}

/** What is held back of parallel blocks, in UTF-16 code units. */
const MAX_HELD_LENGTH = 8 * 1024 * 1024;

/**
 * Puts interleaved blocks one after the other, for protocols whose blocks are serial: the first open block
 * streams, the others wait until it ends.
 */
export async function* serializeBlocks(
  events: AsyncIterable<ChatEvent>,
  maxHeldLength = MAX_HELD_LENGTH,
): AsyncGenerator<ChatEvent> {
  const waiting = new Map<number, ChatEvent[]>();
  let current: number | undefined;
  let held = 0;
  for await (const event of events) {
    if (!('index' in event)) {
      yield event;
      continue;
    }
    if (current === undefined && event.type === 'block-start') current = event.index;
    if (current === undefined || event.index === current) {
      yield event;
      if (event.type !== 'block-end') continue;
      for (const [index, queue] of waiting) {
        yield* queue;
        waiting.delete(index);
        current = isClosed(queue) ? undefined : index;
        if (current !== undefined) break;
      }
      if (waiting.size === 0 && event.index === current) current = undefined;
      continue;
    }
    held += event.type === 'block-delta' ? event.delta.length : 0;
    if (held > maxHeldLength) throw new GatewayError('upstream-broken', 'The upstream sends too much at once.');
    const queue = waiting.get(event.index);
    if (queue) queue.push(event);
    else waiting.set(event.index, [event]);
  }
}

function isClosed(queue: readonly ChatEvent[]): boolean {
  const last = queue.at(-1)?.type;
  return last === 'block-end' || last === 'block';
}
