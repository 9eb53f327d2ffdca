import { describe, expect, it } from 'vitest';
import type { Message } from '../canonical/chat.ts';
import { nameSpeakers } from './speakers.ts';

function said(text: string, name?: string): Message {
  return { role: 'user', content: [{ type: 'text', text }], ...(name !== undefined && { name }) };
}

describe('speakers', () => {
  it('are named in the text when there are several', () => {
    expect(nameSpeakers([said('hi', 'Ann'), said('ho', 'Bob'), said('so')])).toEqual([
      said('Ann: hi', 'Ann'),
      said('Bob: ho', 'Bob'),
      said('so'),
    ]);
  });

  it('are left alone when there is one', () => {
    const messages = [said('hi', 'Ann'), said('ho', 'Ann')];
    expect(nameSpeakers(messages)).toEqual(messages);
  });
});
