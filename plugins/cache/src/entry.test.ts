import type { ChatEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStreams } from '@dragoman/testing';
import { decodeEntry, encodeEntry } from './entry.ts';

const served = { upstream: 'local', model: 'llama' };

describe('an entry', () => {
  it('is read as it was written, event by event', () => {
    fc.assert(
      fc.property(chatStreams({ choices: 2 }), (events) => {
        const entry = { at: 1_700_000_000_000, events, served };
        expect(decodeEntry(encodeEntry(entry))).toEqual(entry);
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
    (text) => {
      expect(decodeEntry(text)).toBeUndefined();
    },
  );

  it('is not found in the beginning of one', () => {
    const text = encodeEntry({ at: 1, events: [{ type: 'start', id: 'a', model: 'm' }], served });
    for (let length = 0; length < text.length; length += 1) {
      expect(decodeEntry(text.slice(0, length))).toBeUndefined();
    }
  });
});
