import { describe, expect, it } from 'vitest';
import type { ChatEvent } from './chat.ts';
import { checkGrammar, guardGrammar } from './grammar.ts';

const START: ChatEvent = { type: 'start', id: 'r1', model: 'm' };
const FINISH: ChatEvent = { type: 'finish', reason: 'stop' };
const PING: ChatEvent = { type: 'ping' };
const WHOLE: ChatEvent = { type: 'block', index: 5, part: { type: 'raw', protocol: 'x', value: 1 } };
const open = (index: number): ChatEvent => ({ type: 'block-start', index, block: { type: 'text' } });
const say = (index: number, delta = 'a'): ChatEvent => ({ type: 'block-delta', index, delta });
const end = (index: number): ChatEvent => ({ type: 'block-end', index });

async function* stream(events: Iterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  yield* events;
}

async function listOf(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const list: ChatEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

const check = (events: readonly ChatEvent[]): Promise<ChatEvent[]> => listOf(checkGrammar(stream(events)));
const guard = (events: readonly ChatEvent[]): Promise<ChatEvent[]> => listOf(guardGrammar(stream(events)));

const GOOD: readonly ChatEvent[] = [
  PING,
  START,
  { type: 'usage', usage: { input: 1, output: 0 } },
  open(0),
  say(0),
  open(1),
  say(1),
  PING,
  say(0),
  { type: 'block-citation', index: 0, citation: { url: 'https://example.com' } },
  { type: 'block-logprobs', index: 0, logprobs: [1] },
  { type: 'block-opaque', index: 1, opaque: { protocol: 'x', kind: 'text', data: 's' } },
  end(1),
  WHOLE,
  end(0),
  FINISH,
];

describe('checkGrammar', () => {
  it('passes a good stream on as it is', async () => {
    expect(await check(GOOD)).toEqual(GOOD);
  });

  it.each<[string, ChatEvent[], string]>([
    ['a second start', [START, START], 'a second start'],
    ['a block before the start', [open(0)], 'block-start before start'],
    ['usage before the start', [{ type: 'usage', usage: { input: 1, output: 1 } }], 'usage before start'],
    ['a finish before the start', [FINISH], 'finish before start'],
    ['an index that is used twice', [START, open(0), end(0), open(0)], 'index 0 used twice'],
    ['a whole block whose index is used', [START, open(5), WHOLE], 'index 5 used twice'],
    ['a delta for a block that never opened', [START, say(0)], 'block-delta for 0, which is not open'],
    [
      'a delta for a block that ended',
      [START, open(0), end(0), say(0)],
      'block-delta for 0, which is not open',
    ],
    ['a delta for a whole block', [START, WHOLE, say(5)], 'block-delta for 5, which is not open'],
    ['a second end', [START, open(0), end(0), end(0)], 'block-end for 0, which is not open'],
    ['an empty delta', [START, open(0), say(0, '')], 'an empty delta'],
    ['a finish while blocks are open', [START, open(0), open(1), FINISH], 'finish while 0, 1 is open'],
    ['a second finish', [START, FINISH, FINISH], 'finish after finish'],
    ['a ping after the finish', [START, FINISH, PING], 'ping after finish'],
  ])('refuses %s', async (_, events, fault) => {
    await expect(check(events)).rejects.toMatchObject({
      kind: 'internal',
      message: `The events break the grammar: ${fault}.`,
    });
  });

  it.each([[[]], [[START]], [[START, open(0), end(0)]]])(
    'refuses a stream without finish',
    async (events) => {
      await expect(check(events)).rejects.toMatchObject({ kind: 'upstream-broken' });
    },
  );
});

describe('guardGrammar', () => {
  it('passes a good stream on as it is', async () => {
    expect(await guard(GOOD)).toEqual(GOOD);
  });

  it('closes forgotten blocks in ascending order before the finish', async () => {
    expect(await guard([START, open(2), open(0), open(1), end(0), FINISH])).toEqual([
      START,
      open(2),
      open(0),
      open(1),
      end(0),
      end(1),
      end(2),
      FINISH,
    ]);
  });

  it('leaves out empty deltas and what is out of place', async () => {
    const events = [
      say(0),
      START,
      START,
      open(0),
      say(0, ''),
      say(0),
      say(3),
      open(0),
      end(0),
      say(0),
      FINISH,
    ];
    expect(await guard(events)).toEqual([START, open(0), say(0), end(0), FINISH]);
  });

  it('ends at the finish and lets go of the source', async () => {
    let isClosed = false;
    async function* source(): AsyncGenerator<ChatEvent> {
      try {
        yield* [START, FINISH, PING, FINISH];
      } finally {
        isClosed = true;
      }
    }
    expect(await listOf(guardGrammar(source()))).toEqual([START, FINISH]);
    expect(isClosed).toBe(true);
  });

  it('fails where a stream ends without finish', async () => {
    await expect(guard([START, open(0), say(0)])).rejects.toMatchObject({
      kind: 'upstream-broken',
      message: "The upstream's reply ended early.",
    });
  });

  it("passes the source's own failure on", async () => {
    async function* source(): AsyncGenerator<ChatEvent> {
      yield START;
      throw new RangeError('broken');
    }
    await expect(listOf(guardGrammar(source()))).rejects.toThrow(RangeError);
  });

  it('gives what checkGrammar accepts, whatever comes, as long as it finishes', async () => {
    const events = [
      PING,
      say(1),
      START,
      open(1),
      open(1),
      say(1, ''),
      WHOLE,
      WHOLE,
      end(7),
      open(0),
      FINISH,
      PING,
    ];
    const mended = await guard(events);
    expect(await check(mended)).toEqual(mended);
  });
});
