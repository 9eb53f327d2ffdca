import { openState } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { createOpaqueBoxes } from './opaque-boxes.ts';

describe('what is sealed for one key', () => {
  it('does not open for another key, nor count as a signature of its own', () => {
    const boxes = createOpaqueBoxes(Buffer.alloc(32, 1));
    const state = { protocol: 'anthropic', kind: 'thinking', data: 'signature' } as const;
    const text = boxes('alice').seal(state);
    expect(boxes('alice').open(text)).toEqual(state);
    for (const owner of ['bob', '', 'alic', 'alice2']) {
      expect(boxes(owner).open(text)).toBeUndefined();
      expect(openState(boxes(owner), { protocol: 'gemini', kind: 'thinking', data: text })).toBeUndefined();
    }
    const own = { protocol: 'gemini', kind: 'thinking', data: 'EqQBCkYIBBgC' } as const;
    expect(openState(boxes('bob'), own)).toBe(own);
  });
});
