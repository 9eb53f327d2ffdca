import { describe, expect, it } from 'vitest';
import { chatRequest } from '@dragoman/testing';
import { replyOf } from '../../../../tests/support/exchange.ts';
import type { ChatEvent, WireReader } from '@dragoman/plugin';
import { readReply } from './read-reply.ts';

/** Each message of a stream is an event. */
const reader: WireReader = {
  decodeRequest: () => chatRequest('Hi.'),
  decodeReply: ({ events }) => events as unknown as readonly ChatEvent[],
  decodeStream: () => ({
    isOver: false,
    push: ({ data }) => [JSON.parse(data) as ChatEvent],
    end: () => [],
  }),
};

const EVENTS = replyOf('Hello.');
const MESSAGES = EVENTS.map((event) => JSON.stringify(event));

/** A reply that came in these pieces, one each millisecond. */
function read(pieces: readonly string[], contentType: string) {
  let end = 0;
  const marks = pieces.map((piece, at) => [(end += piece.length), at] as const);
  return readReply(reader, { text: pieces.join(''), marks, contentType }, chatRequest('Hi.'));
}

const times = EVENTS.map((event, ms) => ({ ms, event }));

describe('a recorded reply', () => {
  it.each([
    ['server-sent events', 'text/event-stream', MESSAGES.map((one) => `data: ${one}\n\n`)],
    ['lines of JSON', 'application/x-ndjson', MESSAGES.map((one) => `${one}\n`)],
    [
      'a JSON array',
      'application/json',
      MESSAGES.map((one, at) => `${at === 0 ? '[' : ','}${one}${at === MESSAGES.length - 1 ? ']' : ''}`),
    ],
  ])('of %s is read with the times of its messages, and as far as it came', (_, type, pieces) => {
    const { events, reply, problem } = read(pieces, type);
    expect([events, problem]).toEqual([times, undefined]);
    expect(reply?.choices[0]?.content).toEqual([{ type: 'text', text: 'Hello.' }]);
    const cut = read(pieces.slice(0, 3), type);
    expect(cut.events).toEqual(times.slice(0, 3));
  });

  it('of one JSON object is read as a whole, whatever its type says', () => {
    const whole = [JSON.stringify({ events: EVENTS })];
    for (const type of ['application/json', 'text/event-stream'])
      expect(read(whole, type).events).toEqual(EVENTS.map((event) => ({ ms: 0, event })));
  });
});
