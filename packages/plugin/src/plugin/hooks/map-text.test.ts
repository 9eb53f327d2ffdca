import { describe, expect, it } from 'vitest';
import type { Block, ChatEvent } from '../../canonical/chat.ts';
import { mapText, type MapTextOptions, type TextMapper } from './map-text.ts';

async function* given(...events: ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events;
}

const start = (index: number, block: Block = { type: 'text' }): ChatEvent => ({
  type: 'block-start',
  index,
  block,
});
const delta = (index: number, text: string): ChatEvent => ({ type: 'block-delta', index, delta: text });
const end = (index: number): ChatEvent => ({ type: 'block-end', index });

/** Holds the last character back, and writes everything in capitals. */
const shout = (): TextMapper => {
  let held = '';
  return {
    push(text) {
      const all = (held + text).toUpperCase();
      held = all.slice(-1);
      return all.slice(0, -1);
    },
    end: () => held,
  };
};

async function mapped(
  events: readonly ChatEvent[],
  by: (block: Block) => TextMapper = shout,
  options?: MapTextOptions,
): Promise<readonly ChatEvent[]> {
  const all: ChatEvent[] = [];
  for await (const event of mapText(given(...events), by, options)) all.push(event);
  return all;
}

describe('mapText', () => {
  it('gives each block a mapper of its own, and lets out what it held before the block ends', async () => {
    const events = [start(0), start(1), delta(0, 'ab'), delta(1, 'xy'), delta(0, 'c'), end(0), end(1)];
    expect(await mapped(events)).toEqual([
      ...[start(0), start(1), delta(0, 'A'), delta(1, 'X'), delta(0, 'B')],
      ...[delta(0, 'C'), end(0), delta(1, 'Y'), end(1)],
    ]);
  });

  it('never yields an empty delta', async () => {
    expect(await mapped([start(0), delta(0, 'a'), end(0)])).toEqual([start(0), delta(0, 'A'), end(0)]);
  });

  it('maps texts and refusals unless it is told which blocks to map', async () => {
    const call: Block = { type: 'tool-call', id: 'c', name: 'f', form: 'json' };
    const events = [start(0, call), delta(0, '{}x'), end(0), start(1), delta(1, 'hi'), end(1)];
    expect(await mapped(events)).toEqual([...events.slice(0, 4), delta(1, 'H'), delta(1, 'I'), end(1)]);
    const seen: Block[] = [];
    const by = (block: Block): TextMapper => {
      seen.push(block);
      return shout();
    };
    await mapped(events, by, { blocks: ['tool-call'] });
    expect(seen).toEqual([call]);
  });

  it('leaves out the log probabilities of mapped blocks, which repeat their text', async () => {
    const logprobs = (index: number): ChatEvent => ({ type: 'block-logprobs', index, logprobs: ['secret'] });
    const events = [start(0), delta(0, 'ab'), logprobs(0), end(0)];
    expect(await mapped(events)).not.toContainEqual(logprobs(0));
    const thought: Block = { type: 'reasoning', form: 'raw' };
    expect(await mapped([start(1, thought), logprobs(1), end(1)])).toContainEqual(logprobs(1));
  });

  it('passes on the very event whose text it did not change', async () => {
    const piece = delta(0, 'ab');
    const passed = await mapped([start(0), piece, end(0)], () => ({ push: (text) => text, end: () => '' }));
    expect(passed[1]).toBe(piece);
  });
});
