import type { Block, ChatEvent } from '../../canonical/chat.ts';

/** Changes the text of one block as it streams. */
export interface TextMapper {
  /** Takes the next piece, and returns what may go on: it may hold back what it cannot judge yet. */
  push(text: string): string;
  /** The block is over: returns what was held back. */
  end(): string;
}

export interface MapTextOptions {
  /** Which blocks are mapped. Default: `['text', 'refusal']`. The text of a tool call is its arguments. */
  readonly blocks?: readonly Block['type'][];
}

const SAID: readonly Block['type'][] = ['text', 'refusal'];

/**
 * Maps the text of a reply, block by block: each gets a mapper of its own. Log probabilities of mapped blocks are left
 * out, because they repeat the text as it was.
 */
export async function* mapText(
  events: AsyncIterable<ChatEvent>,
  by: (block: Block) => TextMapper,
  { blocks = SAID }: MapTextOptions = {},
): AsyncGenerator<ChatEvent> {
  const mappers = new Map<number, TextMapper>();
  const end = function* (index: number): Generator<ChatEvent> {
    const delta = mappers.get(index)?.end() ?? '';
    mappers.delete(index);
    if (delta !== '') yield { type: 'block-delta', index, delta };
  };
  for await (const event of events) {
    switch (event.type) {
      case 'block-start':
        if (blocks.includes(event.block.type)) mappers.set(event.index, by(event.block));
        yield event;
        break;
      case 'block-delta': {
        const mapper = mappers.get(event.index);
        const delta = mapper ? mapper.push(event.delta) : event.delta;
        // The same event shows that nothing was changed.
        if (delta === event.delta) yield event;
        else if (delta !== '') yield { ...event, delta };
        break;
      }
      case 'block-logprobs':
        if (!mappers.has(event.index)) yield event;
        break;
      case 'block-end':
        yield* end(event.index);
        yield event;
        break;
      default:
        yield event;
    }
  }
}
