import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { routing } from '../../../tests/support/candidates.ts';
import { type ChatEvent, GatewayError, type StreamDecoder } from '@dragoman/plugin';
import { holdBytes, holdEvents } from './hold.ts';

const bounds = routing.hold;
const begin: ChatEvent = { type: 'start', id: 'r', model: 'm' };
const open: ChatEvent = { type: 'block-start', index: 0, block: { type: 'text' } };
const say = (delta: string): ChatEvent => ({ type: 'block-delta', index: 0, delta });

async function* tell(
  ...events: readonly (ChatEvent | Error | Promise<ChatEvent>)[]
): AsyncGenerator<ChatEvent> {
  for (const event of events) {
    if (event instanceof Error) throw event;
    yield await event;
  }
}

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const value of values) found.push(value);
  return found;
}

describe('the beginning of a translated stream', () => {
  it('is held until its first content, and nothing is lost', async () => {
    const events = [begin, open, say('a'), say('b')];
    expect(await all(await holdEvents(tell(...events), bounds))).toEqual(events);
  });

  it('throws what goes wrong before that, and leaves what comes after to the reader', async () => {
    const failure = new GatewayError('overloaded', 'No.');
    await expect(holdEvents(tell(begin, open, failure), bounds)).rejects.toBe(failure);
    const events = await holdEvents(tell(begin, open, say('a'), failure), bounds);
    await expect(all(events)).rejects.toBe(failure);
  });

  it('is held for so many events and so long only', async () => {
    const few = await holdEvents(tell(begin, open, new GatewayError('overloaded', 'No.')), {
      ...bounds,
      events: 2,
    });
    await expect(all(few)).rejects.toThrow('No.');
    const late = Promise.withResolvers<ChatEvent>();
    const short = await holdEvents(tell(begin, late.promise, say('a')), { ...bounds, ms: 10 });
    late.resolve(open);
    expect(await all(short)).toEqual([begin, open, say('a')]);
  });
});

/** Each event's data is the type of what it means; `!` means a failure. */
const decoder = (): StreamDecoder => ({
  isOver: false,
  push({ data }) {
    if (data === '!') throw new GatewayError('overloaded', 'No.');
    return [data === 'start' ? begin : data === 'open' ? open : say(data)];
  },
  end() {
    throw new GatewayError('upstream-broken', 'It ended early.');
  },
});

describe('the beginning of a stream that passes through', () => {
  const held = (body: PassThrough, own = {}) =>
    holdBytes(body, { decoder: decoder(), bounds: { ...bounds, ...own }, framing: 'sse', refuse: () => {} });

  it('is put back as it was', async () => {
    const body = new PassThrough();
    body.write('data: start\n\nda');
    body.write('ta: open\n\n');
    const holding = held(body);
    setImmediate(() => body.write('data: Hi\n\ndata: th'));
    expect(await holding).toBeUndefined();
    body.end('ere\n\n');
    expect(Buffer.concat(await all(body as AsyncIterable<Buffer>)).toString()).toBe(
      'data: start\n\ndata: open\n\ndata: Hi\n\ndata: there\n\n',
    );
  });

  it('is given whole where that was all', async () => {
    const body = new PassThrough();
    body.end('data: start\n\n: only a comment');
    await expect(held(body)).rejects.toMatchObject({ kind: 'upstream-broken' });
    const other = new PassThrough();
    other.end('data: Hi\n\n');
    const whole = await held(other);
    const rest = whole ?? Buffer.concat(await all(other as AsyncIterable<Buffer>));
    expect(rest.toString()).toBe('data: Hi\n\n');
  });

  it('throws what it says, and what breaks it', async () => {
    const body = new PassThrough();
    body.write('data: start\n\ndata: !\n\n');
    await expect(held(body)).rejects.toMatchObject({ kind: 'overloaded' });
    const broken = new PassThrough();
    broken.write('data: start\n\n');
    setImmediate(() => broken.destroy(new GatewayError('upstream-broken', 'Cut.')));
    await expect(held(broken)).rejects.toThrow('Cut.');
  });

  it.each([
    ['events', { events: 2 }],
    ['bytes', { bytes: 20 }],
    ['ms', { ms: 10 }],
  ])('is held within a bound of %s', async (_, own) => {
    const body = new PassThrough();
    body.write('data: start\n\ndata: open\n\n');
    await held(body, own);
    body.end('data: !\n\n');
    expect(Buffer.concat(await all(body as AsyncIterable<Buffer>)).toString()).toBe(
      'data: start\n\ndata: open\n\ndata: !\n\n',
    );
  });
});
