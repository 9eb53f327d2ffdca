import type { ChatEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStreams } from '@dragoman/testing';
import { decodeEntry, encodeEntry } from './entry.ts';

const served = { upstream: 'local', model: 'llama' };

describe('an entry', () => {
  it('is read as it was written, event by event', async () => {
    await fc.assert(
      fc.asyncProperty(chatStreams({ choices: 2 }), async (events) => {
        const entry = { at: 1_700_000_000_000, events, served };
        expect(await decodeEntry(encodeEntry(entry))).toEqual(entry);
      }),
    );
  });

  it('does not repeat what the deltas of a text have in common', () => {
    const deltas = Array.from({ length: 1000 }, (): ChatEvent => ({
      type: 'block-delta',
      index: 0,
      delta: 'word',
    }));
    expect(encodeEntry({ at: 0, events: deltas }).length).toBeLessThan(8_000);
  });

  it.each(['', '{', 'null', '[]', '{"format":0,"at":1,"events":[{}]}', '{"format":1,"at":1,"events":[]}'])(
    'is not found in %j',
    async (text) => {
      expect(await decodeEntry(text)).toBeUndefined();
    },
  );

  it.each([
    ['"deltas":["Hi"]', '"deltas":null'],
    ['"deltas":["Hi"]', '"deltas":[1]'],
    ['"index":0', '"index":"0"'],
    ['"type":"block-end"', '"type":"block-and"'],
    [',{"type":"finish","reason":"stop"}', ''],
  ])('is not found where %s became %s', async (part, damage) => {
    const events: ChatEvent[] = [
      { type: 'start', id: 'a', model: 'm' },
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-delta', index: 0, delta: 'Hi' },
      { type: 'block-end', index: 0 },
      { type: 'finish', reason: 'stop' },
    ];
    const text = encodeEntry({ at: 1, events, served });
    expect(await decodeEntry(text)).toMatchObject({ events });
    expect(text).toContain(part);
    expect(await decodeEntry(text.replace(part, damage))).toBeUndefined();
  });

  it('is not found in the beginning of one', async () => {
    const text = encodeEntry({ at: 1, events: [{ type: 'start', id: 'a', model: 'm' }], served });
    for (let length = 0; length < text.length; length += 1) {
      expect(await decodeEntry(text.slice(0, length))).toBeUndefined();
    }
  });
});
