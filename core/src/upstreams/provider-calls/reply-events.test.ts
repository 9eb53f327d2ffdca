import { describe, expect, it } from 'vitest';
import { type ChatEvent, collect } from '@dragoman/plugin';
import { resumed } from '@dragoman/plugin/internal/canonical/iterate';
import type { UpstreamCall } from '../call.ts';
import { replyEvents } from './reply-events.ts';

const START = { type: 'start', id: 'r', model: 'm' } as const;
const OPEN = { type: 'block-start', index: 0, block: { type: 'text' } } as const;
const SAY = { type: 'block-delta', index: 0, delta: 'a' } as const;
const FINISH = { type: 'finish', reason: 'stop' } as const;

/** A call of which nothing is real but its signal. */
function fakeCall() {
  const controller = new AbortController();
  const seen = { faults: [] as string[], released: 0 };
  const nothing = (): void => {};
  const call = {
    context: { signal: controller.signal },
    signal: controller.signal,
    upstream: {
      config: { id: 'up' },
      plugin: 'acme',
      scope: { plugin: 'acme', upstream: 'up' },
      secrets: { values: [], headers: [] },
      log: { debug: nothing, info: nothing, warn: nothing, error: nothing },
    },
    silence: { wait: nothing, answered: nothing, rest: nothing },
    fault: (fault: string) => void seen.faults.push(fault),
    release: () => void (seen.released += 1),
  } as unknown as UpstreamCall;
  return { call, seen, abort: (reason?: unknown) => controller.abort(reason) };
}

async function* stream(...events: readonly ChatEvent[]): AsyncGenerator<ChatEvent> {
  yield* events;
}

const never = new Promise<never>(() => {});

describe('replyEvents', () => {
  it('passes events on, with what is missing before the finish, and releases the call', async () => {
    const { call, seen } = fakeCall();
    const told: string[] = [];
    const events = replyEvents(
      call,
      () => stream(START, OPEN, SAY, SAY, FINISH, SAY),
      (event) => {
        told.push(event.type);
        return event;
      },
    );
    const { choices } = await collect(resumed([], events));
    expect(choices[0]?.content).toEqual([{ type: 'text', text: 'aa' }]);
    expect(told).toEqual(['start', 'block-start', 'block-delta', 'block-delta', 'block-end', 'finish']);
    expect(seen).toEqual({ faults: ['finish while 0 is open'], released: 1 });
  });

  it('ends at the abort, whoever waits, although the provider does not', async () => {
    const { call, seen, abort } = fakeCall();
    const events = replyEvents(call, async function* () {
      yield START;
      await never;
    });
    expect(await events.next()).toEqual({ value: START, done: false });
    const next = events.next();
    abort();
    await expect(next).rejects.toMatchObject({ kind: 'cancelled' });
    expect(await events.next()).toEqual({ value: undefined, done: true });
    expect(seen.released).toBe(1);
  });

  it('tells of an abort that came while nobody waited', async () => {
    const { call, abort } = fakeCall();
    const events = replyEvents(call, () => stream(START, FINISH));
    await events.next();
    abort(new DOMException('Too late.', 'TimeoutError'));
    await expect(events.next()).rejects.toMatchObject({ kind: 'timeout' });
    expect((await events.next()).done).toBe(true);
  });

  it('asks no provider when it is too late already', async () => {
    const { call, abort } = fakeCall();
    abort();
    const events = replyEvents(call, () => {
      throw new Error('It was asked.');
    });
    await expect(events.next()).rejects.toMatchObject({ kind: 'cancelled' });
  });

  it('lets go of a provider whose reply nobody wants any more', async () => {
    const { call, seen } = fakeCall();
    const closed = Promise.withResolvers<void>();
    const events = replyEvents(call, async function* () {
      try {
        yield* [START, OPEN, SAY];
      } finally {
        closed.resolve();
      }
    });
    await events.next();
    expect(await events.return?.()).toEqual({ value: undefined, done: true });
    await closed.promise;
    expect(seen.released).toBe(1);
  });

  it('gives others their turn while a provider never waits', async () => {
    const { call, abort } = fakeCall();
    const events = replyEvents(call, async function* () {
      yield START;
      for (;;) yield { type: 'ping' };
    });
    let turns = 0;
    const timer = setInterval(() => {
      turns += 1;
      if (turns === 3) abort();
    }, 1);
    const all = async (): Promise<void> => {
      for await (const _ of resumed([], events));
    };
    await expect(all()).rejects.toMatchObject({ kind: 'cancelled' });
    clearInterval(timer);
    expect(turns).toBe(3);
  });
});
