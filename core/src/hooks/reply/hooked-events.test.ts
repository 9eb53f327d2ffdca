import type { ChatEvent, Hook } from '@dragoman/plugin';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Visit } from '../visit/visit.ts';
import { HookedEvents } from './hooked-events.ts';

const TIMEOUT_MS = 1_000;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A request on its way through a hook, whose failure is thrown. */
function visitOf(hook: Hook): Visit {
  const visit = {
    hook: { hook, scope: { plugin: 'tests', hook: 'tests' }, config: { timeoutMs: TIMEOUT_MS } },
    context: {},
    signal: new AbortController().signal,
    open: () => ({ took: () => {}, replyChanged: () => {} }),
    recover: (error: unknown) => {
      throw error;
    },
    onEnd: () => {},
  };
  return visit as unknown as Visit;
}

const START: ChatEvent = { type: 'start', id: 'a', model: 'm' };
const FINISH: ChatEvent = { type: 'finish', reason: 'stop' };

/** A reply that pauses for ten times as long as the hook may work. */
async function* slowReply(): AsyncGenerator<ChatEvent> {
  yield START;
  await new Promise((resolve) => void setTimeout(resolve, 10 * TIMEOUT_MS));
  yield FINISH;
}

async function readAll(events: AsyncIterator<ChatEvent>): Promise<readonly ChatEvent[]> {
  const all: ChatEvent[] = [];
  for (let step = await events.next(); step.done !== true; step = await events.next()) all.push(step.value);
  return all;
}

describe('a reply on its way through a hook', () => {
  it('takes as long as it takes', async () => {
    const hook: Hook = { reply: (events) => events };
    const read = readAll(new HookedEvents(visitOf(hook), slowReply()));
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT_MS);
    expect(await read).toEqual([START, FINISH]);
  });

  it('takes as long as it takes, even if the hook asked for it before it was asked', async () => {
    const hook: Hook = {
      reply(events) {
        const source = events[Symbol.asyncIterator]();
        let ahead: Promise<IteratorResult<ChatEvent>> | undefined;
        const next = async (): Promise<IteratorResult<ChatEvent>> => {
          const step = await (ahead ?? source.next());
          ahead = source.next();
          return step;
        };
        return { [Symbol.asyncIterator]: () => ({ next }) };
      },
    };
    const read = readAll(new HookedEvents(visitOf(hook), slowReply()));
    await vi.advanceTimersByTimeAsync(10 * TIMEOUT_MS);
    expect(await read).toEqual([START, FINISH]);
  });

  it('fails when the hook itself takes too long', async () => {
    const hook: Hook = {
      async *reply(events) {
        for await (const event of events) {
          await new Promise((resolve) => void setTimeout(resolve, 2 * TIMEOUT_MS));
          yield event;
        }
      },
    };
    const read = readAll(new HookedEvents(visitOf(hook), slowReply()));
    const failed = expect(read).rejects.toThrow(`It took more than ${TIMEOUT_MS} ms.`);
    await vi.advanceTimersByTimeAsync(2 * TIMEOUT_MS);
    await failed;
  });
});
