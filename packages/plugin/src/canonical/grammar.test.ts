import { describe, expect, it } from 'vitest';
import type { ChatEvent } from './chat.ts';
import { checkGrammar, GrammarGuard } from './grammar.ts';

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
/** What the guard passes on, and the faults that it finds. */
function guard(events: readonly unknown[]): { readonly told: ChatEvent[]; readonly faults: string[] } {
  const faults: string[] = [];
  const own = new GrammarGuard((fault) => faults.push(fault));
  const told: ChatEvent[] = [];
  for (const event of events) {
    const taken = own.take(event, told);
    if (taken) told.push(taken);
  }
  return { told, faults };
}

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

describe('GrammarGuard', () => {
  it('passes a good stream on as it is', () => {
    expect(guard(GOOD)).toEqual({ told: GOOD, faults: [] });
  });

  it('closes forgotten blocks in ascending order before the finish', () => {
    expect(guard([START, open(2), open(0), open(1), end(0), FINISH])).toEqual({
      told: [START, open(2), open(0), open(1), end(0), end(1), end(2), FINISH],
      faults: ['finish while 1, 2 is open'],
    });
  });

  it('leaves out empty deltas and what is out of place, and tells what it was', () => {
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
      PING,
    ];
    expect(guard(events)).toEqual({
      told: [START, open(0), say(0), end(0), FINISH],
      faults: [
        'block-delta before start',
        'a second start',
        'an empty delta',
        'block-delta for 3, which is not open',
        'index 0 used twice',
        'block-delta for 0, which is not open',
        'ping after finish',
      ],
    });
  });

  it.each<[unknown, string]>([
    [undefined, 'nothing instead of an event'],
    [null, 'null instead of an event'],
    ['text', 'a string instead of an event'],
    [[START], 'a list instead of an event'],
    [{}, 'an event of the unknown type nothing'],
    [{ type: 'text-delta' }, 'an event of the unknown type "text-delta"'],
    [{ type: 'block-delta', index: 0, delta: 7 }, 'a delta that is the number 7'],
    [{ type: 'block-delta', index: '0', delta: 'a' }, 'an index that is a string'],
    [{ type: 'block-start', index: 1 }, 'a block-start without a proper block'],
    [{ type: 'block-start', index: 1, block: { type: 'image' } }, 'a block-start without a proper block'],
    [
      { type: 'block-start', index: 1, block: { type: 'tool-call', name: 'f', form: 'json' } },
      'a block-start without a proper block',
    ],
    [{ type: 'block-start', index: -1, block: { type: 'text' } }, 'an index that is the number -1'],
    [
      { type: 'block-start', index: 1, choice: 1e9, block: { type: 'text' } },
      'a choice that is the number 1000000000',
    ],
    [{ type: 'block', index: 1, part: { type: 'text', text: 'a' } }, 'a block without a proper part'],
    [{ type: 'block-logprobs', index: 0, logprobs: {} }, 'block-logprobs without a list'],
    [{ type: 'usage' }, 'a usage that is nothing'],
    [{ type: 'usage', usage: { input: 1, output: 'two' } }, 'a usage whose output is not a token count'],
  ])('leaves out %j', (event, fault) => {
    expect(guard([START, open(0), event])).toEqual({ told: [START, open(0)], faults: [fault] });
  });

  it.each<[object, object, string]>([
    [{ type: 'start' }, { type: 'start', id: '', model: '' }, 'a start without a proper id, model or time'],
    [{ ...FINISH, reason: 'end_turn' }, FINISH, 'the unknown finish reason "end_turn"'],
    [{ ...FINISH, reason: undefined }, FINISH, 'the unknown finish reason nothing'],
    [
      { ...FINISH, otherReasons: ['stop', 'length'] },
      { ...FINISH, otherReasons: ['stop', 'stop'] },
      'a finish with wrong fields',
    ],
    [
      { ...FINISH, usage: { input: Number.NaN, output: 3 } },
      FINISH,
      'a usage whose input is not a token count',
    ],
    [
      { ...FINISH, usage: { input: 2.5, output: 3, reasoning: -1, hosted: { search: 'x' } } },
      { ...FINISH, usage: { input: 3, output: 3 } },
      'a usage whose input, reasoning, hosted is not a token count',
    ],
  ])('mends %j', (event, repaired, fault) => {
    const before = 'reason' in event ? [START] : [];
    expect(guard([...before, event])).toEqual({ told: [...before, repaired], faults: [fault] });
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
    const { told } = guard(events);
    expect(await check(told)).toEqual(told);
  });

  it('gives up on a provider that says nothing but nonsense', () => {
    expect(() => guard(Array.from({ length: 2_000 }, () => 'nonsense'))).toThrow('emitted invalid events');
  });

  it('gives up on a reply that never ends', () => {
    const events = Array.from({ length: 65 }, () => say(0, 'x'.repeat(1024 * 1024)));
    expect(() => guard([START, open(0), ...events])).toThrow('larger than 67108864 bytes');
  });
});
