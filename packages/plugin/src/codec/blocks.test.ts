import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockSerializer, BlockWriter } from './blocks.ts';
import type { ChatEvent } from '../canonical/chat.ts';
import { collect } from '../canonical/fold.ts';
import { checkGrammar } from '../canonical/grammar.ts';

const START: ChatEvent = { type: 'start', id: 'r1', model: 'm' };
const FINISH: ChatEvent = { type: 'finish', reason: 'stop' };
const open = (index: number): ChatEvent => ({ type: 'block-start', index, block: { type: 'text' } });
const say = (index: number, delta = 'a'): ChatEvent => ({ type: 'block-delta', index, delta });
const end = (index: number): ChatEvent => ({ type: 'block-end', index });
const whole = (index: number): ChatEvent => ({
  type: 'block',
  index,
  part: { type: 'raw', protocol: 'x', value: index },
});

async function* stream(events: Iterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  yield* events;
}

async function listOf(events: AsyncIterable<ChatEvent>): Promise<ChatEvent[]> {
  const list: ChatEvent[] = [];
  for await (const event of events) list.push(event);
  return list;
}

describe('BlockWriter', () => {
  it('opens a block once and numbers blocks in the order in which they open', () => {
    const writer = new BlockWriter();
    expect([
      ...writer.open('a', { type: 'text' }),
      ...writer.open('b', { type: 'refusal' }, 1),
      ...writer.open('a', { type: 'text' }),
      ...writer.delta('b', 'no'),
      ...writer.delta('a', 'yes'),
    ]).toEqual([
      { type: 'block-start', index: 0, block: { type: 'text' } },
      { type: 'block-start', index: 1, block: { type: 'refusal' }, choice: 1 },
      { type: 'block-delta', index: 1, delta: 'no' },
      { type: 'block-delta', index: 0, delta: 'yes' },
    ]);
    expect(writer.indexOf('b')).toBe(1);
  });

  it('gives no empty delta and nothing for a block that is not open', () => {
    const writer = new BlockWriter();
    const opened = [...writer.open('a', { type: 'text' })];
    expect(opened).toHaveLength(1);
    expect([...writer.delta('a', ''), ...writer.delta('b', 'x'), ...writer.close('b')]).toEqual([]);
  });

  it('gives a key that opens again a new index', () => {
    const writer = new BlockWriter();
    const events = [
      ...writer.open('a', { type: 'text' }),
      ...writer.close('a'),
      ...writer.open('a', { type: 'text' }),
    ];
    expect(events).toEqual([open(0), end(0), open(1)]);
    expect(writer.isOpen('a')).toBe(true);
  });

  it('counts whole parts among the blocks', () => {
    const writer = new BlockWriter();
    expect([writer.nextIndex(), ...writer.open('a', { type: 'text' }), writer.nextIndex()]).toEqual([
      0,
      open(1),
      2,
    ]);
  });

  it('closes all that is open, the oldest first', () => {
    const writer = new BlockWriter();
    const opened = ['a', 'b', 'c'].flatMap((key) => [...writer.open(key, { type: 'text' })]);
    expect(opened).toHaveLength(3);
    expect([...writer.close('b'), ...writer.closeAll(), ...writer.closeAll()]).toEqual([
      end(1),
      end(0),
      end(2),
    ]);
    expect(writer.isOpen('a')).toBe(false);
  });
});

describe('BlockSerializer', () => {
  const serialize = (events: readonly ChatEvent[], maxBytes?: number): ChatEvent[] => {
    const serializer = new BlockSerializer(maxBytes === undefined ? {} : { maxBytes });
    return events.flatMap((event) => [...serializer.push(event)]);
  };

  it('passes serial blocks on as they are', async () => {
    const events = [START, open(0), say(0), end(0), whole(1), open(2), say(2), end(2), FINISH];
    expect(serialize(events)).toEqual(events);
  });

  it('streams the first open block and tells the others when their turn comes', async () => {
    expect(
      serialize([
        START,
        open(0),
        open(1),
        say(1, 'b'),
        say(0, 'a'),
        whole(2),
        open(3),
        say(1, 'B'),
        end(1),
        say(3, 'd'),
        end(0),
        say(3, 'D'),
        end(3),
        FINISH,
      ]),
    ).toEqual([
      START,
      open(0),
      say(0, 'a'),
      end(0),
      open(1),
      say(1, 'bB'),
      end(1),
      whole(2),
      open(3),
      say(3, 'd'),
      say(3, 'D'),
      end(3),
      FINISH,
    ]);
  });

  it('holds nothing else back: usage and pings pass at once', async () => {
    const usage: ChatEvent = { type: 'usage', usage: { input: 1, output: 1 } };
    expect(serialize([START, open(0), open(1), usage, { type: 'ping' }, end(0), end(1), FINISH])).toEqual([
      START,
      open(0),
      usage,
      { type: 'ping' },
      end(0),
      open(1),
      end(1),
      FINISH,
    ]);
  });

  it('refuses to hold back more than its limit', () => {
    expect(() =>
      serialize([START, open(0), open(1), ...Array.from({ length: 300 }, () => say(1, 'x'))], 200),
    ).toThrow(expect.objectContaining({ kind: 'upstream-broken' }));
  });

  it('counts what is held back now, not what once was', async () => {
    const round = (index: number): ChatEvent[] => [
      open(index),
      open(index + 1),
      say(index + 1, 'x'.repeat(100)),
      end(index),
      end(index + 1),
    ];
    const events = Array.from({ length: 50 }, (_, count) => round(count * 2)).flat();
    expect(serialize([START, ...events, FINISH], 300)).toHaveLength(252);
  });

  it('changes the order of blocks never, their content never, and leaves no two open', async () => {
    const steps = fc.array(
      fc.record({ key: fc.integer({ min: 0, max: 4 }), delta: fc.string(), ends: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const writer = new BlockWriter();
        const blocks = list.flatMap(({ key, delta, ends }) => [
          ...writer.open(`${key}`, { type: 'text' }),
          ...writer.delta(`${key}`, delta),
          ...(ends ? writer.close(`${key}`) : []),
        ]);
        const events = [START, ...blocks, ...writer.closeAll(), FINISH];
        const serial = await listOf(checkGrammar(stream(serialize(events))));
        expect(await collect(stream(serial))).toEqual(await collect(stream(events)));
        const indexes = serial.flatMap((event) => ('index' in event ? [event.index] : []));
        expect(indexes).toEqual(indexes.toSorted((a, b) => a - b));
      }),
    );
  });
});
