import type { ChatEvent } from '@dragoman/plugin';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatStreams } from '@dragoman/testing';
import { readAll, type Script, scriptedReply } from '../test/scripted-reply.ts';
import { SharedReply } from './shared-reply.ts';

const EVENTS: readonly ChatEvent[] = [
  { type: 'start', id: 'a', model: 'm' },
  { type: 'block-start', index: 0, block: { type: 'text' } },
  { type: 'block-delta', index: 0, delta: 'Hello' },
  { type: 'block-end', index: 0 },
  { type: 'finish', reason: 'stop' },
];

function share(script: Script = { events: EVENTS }) {
  const source = scriptedReply(script);
  const reply = new SharedReply();
  return { source, reply, begin: () => reply.begin(source) };
}

describe('a shared reply', () => {
  it('gives each reader all events, whenever it comes', async () => {
    const { reply, begin, source } = share();
    const early = readAll(reply.read());
    begin();
    expect(await early).toEqual(EVENTS);
    expect(await readAll(reply.read())).toEqual(EVENTS);
    expect(source.asked).toBe(EVENTS.length + 1);
  });

  it('is read no faster than the fastest reader wants it', async () => {
    const { reply, begin, source } = share();
    begin();
    const [fast, slow] = [reply.read(), reply.read()];
    await fast.next();
    await fast.next();
    expect(source.asked).toBe(2);
    await slow.next();
    expect(source.asked).toBe(2);
  });

  it('goes on when a reader has left', async () => {
    const { reply, begin, source } = share();
    begin();
    const [first, second] = [reply.read(), reply.read()];
    await first.next();
    await first.return();
    expect(await first.next()).toMatchObject({ done: true });
    expect(await readAll(second)).toEqual(EVENTS);
    expect(source.isClosed).toBe(false);
  });

  it('lets a reader leave while it waits', async () => {
    const { reply } = share();
    const [waiting, other] = [reply.read(), reply.read()];
    const next = waiting.next();
    waiting.leave();
    expect(await next).toMatchObject({ done: true });
    expect(reply.isOver).toBe(false);
    other.leave();
    expect(reply.isOver).toBe(true);
  });

  it('closes the source when the last reader has left', async () => {
    const { reply, begin, source } = share();
    begin();
    const [first, second] = [reply.read(), reply.read()];
    await first.next();
    first.leave();
    expect(source.isClosed).toBe(false);
    second.leave();
    await reply.over;
    expect(source.isClosed).toBe(true);
  });

  it('closes a source that comes when nobody is left', () => {
    const { reply, begin, source } = share();
    reply.read().leave();
    begin();
    expect(source.isClosed).toBe(true);
  });

  it('fails for all readers, after what has come', async () => {
    const error = new Error('cut');
    const { reply, begin } = share({ events: EVENTS.slice(0, 3), error });
    begin();
    for (const reader of [reply.read(), reply.read()]) {
      const seen: ChatEvent[] = [];
      const reading = (async () => {
        for await (const event of reader) seen.push(event);
      })();
      await expect(reading).rejects.toBe(error);
      expect(seen).toEqual(EVENTS.slice(0, 3));
    }
  });

  it('fails for readers that wait for its beginning', async () => {
    const { reply } = share();
    const next = reply.read().next();
    reply.fail(new Error('no upstream'));
    await expect(next).rejects.toThrow('no upstream');
  });

  it('is over with its finish: nobody waits for the end of the source', async () => {
    const { reply, begin } = share({ events: EVENTS, isEndless: true });
    begin();
    expect(await readAll(reply.read())).toEqual(EVENTS);
  });

  it('tells of each event once, before any reader has it', async () => {
    const told: ChatEvent[] = [];
    const reply = new SharedReply((event) => void told.push(event));
    reply.begin(scriptedReply({ events: EVENTS }));
    const [first, second] = [reply.read(), reply.read()];
    for await (const event of first) expect(told.at(-1)).toBe(event);
    await readAll(second);
    expect(told).toEqual(EVENTS);
  });

  it('gives every reader the same events, in whatever turns they read and come and go', async () => {
    const turns = fc.array(fc.tuple(fc.nat(3), fc.constantFrom('read', 'read', 'read', 'leave')), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(chatStreams(), turns, fc.boolean(), async (events, steps, isSealed) => {
        const reply = new SharedReply();
        const readers = [0, 1, 2, 3].map(() => ({
          reader: reply.read(),
          seen: [] as ChatEvent[],
          hasLeft: false,
        }));
        reply.begin(scriptedReply({ events }));
        if (isSealed) reply.seal();
        for (const [index, step] of steps) {
          const one = readers[index];
          if (!one || one.hasLeft) continue;
          if (step === 'leave') {
            one.hasLeft = true;
            one.reader.leave();
            continue;
          }
          const { value, done } = await one.reader.next();
          if (done !== true) one.seen.push(value);
        }
        for (const { reader, seen, hasLeft } of readers) {
          if (!hasLeft) seen.push(...(await readAll(reader)));
          expect(seen).toEqual(hasLeft ? events.slice(0, seen.length) : events);
        }
      }),
    );
  });
});
