import type { Block, ChatEvent } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { FreeformReader } from './tools/freeform.ts';
import type { ToolNames } from './tools/tool-names.ts';

interface OpenBlock {
  readonly index: number;
  /** Reads a call of a free-text tool that the wire wrapped in JSON. */
  readonly reader?: FreeformReader;
}

/**
 * Opens and closes blocks for decoders of sparse deltas. The decoder chooses a key for each block, which opens on first
 * use. With `names`, tool calls get the client's names.
 */
export class BlockWriter {
  readonly #names: ToolNames | undefined;
  readonly #open = new Map<string, OpenBlock>();
  #next = 0;

  constructor(names?: ToolNames) {
    this.#names = names;
  }

  /** Whether the block of this key is open. */
  isOpen(key: string): boolean {
    return this.#open.has(key);
  }

  /** The index of an open block. */
  indexOf(key: string): number | undefined {
    return this.#open.get(key)?.index;
  }

  /** An index for a part that arrives in one piece. */
  nextIndex(): number {
    return this.#next++;
  }

  *open(key: string, block: Block, choice = 0): Generator<ChatEvent> {
    if (this.#open.has(key)) return;
    const index = this.nextIndex();
    const isCall = block.type === 'tool-call' && !block.hosted;
    const restored = isCall && this.#names ? restoreCall(block, this.#names) : { block };
    this.#open.set(key, { index, ...restored });
    yield { type: 'block-start', index, block: restored.block, ...(choice > 0 && { choice }) };
  }

  /** Adds to an open block. */
  *delta(key: string, delta: string): Generator<ChatEvent> {
    const open = this.#open.get(key);
    if (open === undefined || delta === '') return;
    const text = open.reader ? open.reader.push(delta) : delta;
    if (text !== '') yield { type: 'block-delta', index: open.index, delta: text };
  }

  *close(key: string): Generator<ChatEvent> {
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    const rest = open.reader?.end() ?? '';
    if (rest !== '') yield { type: 'block-delta', index: open.index, delta: rest };
    yield { type: 'block-end', index: open.index };
  }

  *closeAll(): Generator<ChatEvent> {
    for (const key of this.#open.keys()) yield* this.close(key);
  }
}

function restoreCall(
  block: Extract<Block, { type: 'tool-call' }>,
  names: ToolNames,
): { readonly block: Block; readonly reader?: FreeformReader } {
  const { isFreeform, ...called } = names.fromWire(block.name);
  if (!isFreeform || block.form === 'freeform') return { block: { ...block, ...called } };
  return { block: { ...block, ...called, form: 'freeform' }, reader: new FreeformReader() };
}

/** The default bound on buffered parallel blocks. */
const MAX_HELD_BYTES = 8 * 1024 * 1024;

/**
 * Serializes interleaved blocks, for protocols with serial blocks: the first open block streams, the others wait until
 * it ends. The events must follow the grammar of {@link ChatEvent}.
 */
export class BlockSerializer {
  readonly #waiting: WaitingBlocks;
  #current: number | undefined;

  constructor({ maxBytes = MAX_HELD_BYTES }: { readonly maxBytes?: number } = {}) {
    this.#waiting = new WaitingBlocks(maxBytes);
  }

  /** The events that may be emitted now. */
  *push(event: ChatEvent): Generator<ChatEvent> {
    if (!('index' in event)) {
      yield event;
    } else if (this.#current === undefined) {
      yield event;
      if (event.type === 'block-start') this.#current = event.index;
    } else if (event.index !== this.#current) {
      this.#waiting.add(event);
    } else {
      yield event;
      if (event.type === 'block-end') this.#current = yield* this.#waiting.flush();
    }
  }
}

type BlockEvent = Extract<ChatEvent, { readonly index: number }>;

/** Blocks that wait their turn, in the order in which they began. */
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
    // Deltas are joined while they wait: thousands of tiny ones would take far more memory than their text.
    if (event.type === 'block-delta' && last?.type === 'block-delta') {
      queue.events[queue.events.length - 1] = { ...event, delta: last.delta + event.delta };
    } else queue.events.push(event);
    const size = sizeOf(event);
    queue.size += size;
    this.#size += size;
    if (this.#size > this.#limit) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream sent more than ${this.#limit} bytes of parallel blocks, which this protocol has to buffer.`,
      );
    }
  }

  /** Emits the waiting blocks, up to and including the first that is still open; returns its index. */
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
