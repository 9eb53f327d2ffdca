import type { Answer, ChatEvent, ChatRequest, Hook } from '@dragoman/plugin';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { testClock, testRequest, testSetup } from '../test/hook-context.ts';
import { readAll, scriptedReply } from '../test/scripted-reply.ts';
import { createCacheHook } from './hook.ts';
import { type Options, options } from './options.ts';
import { createMemoryStore } from './store/memory-store.ts';
import type { CacheStore } from './store/store.ts';

const QUESTION: ChatRequest = {
  protocol: 'openai-chat',
  model: 'echo',
  stream: false,
  system: [],
  messages: [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
  tools: [],
  sampling: {},
  reasoning: {},
};
const EVENTS: readonly ChatEvent[] = [
  { type: 'start', id: 'a', model: 'm' },
  { type: 'block-start', index: 0, block: { type: 'text' } },
  { type: 'block-delta', index: 0, delta: 'Hello' },
  { type: 'block-end', index: 0 },
  { type: 'finish', reason: 'stop', usage: { input: 5, output: 1 } },
];

function create(change: Partial<Options> = {}, store?: CacheStore): Hook {
  const chosen = options.parse({ diskBytes: 0, ...change });
  return createCacheHook(store && (() => store)).create(chosen, testSetup());
}

interface Asking extends NonNullable<Parameters<typeof testRequest>[0]> {
  readonly request?: ChatRequest;
  readonly events?: readonly ChatEvent[];
}

/** Sends a request through the hook, whose upstream replies with the events. */
async function ask(hook: Hook, { request = QUESTION, events = EVENTS, ...input }: Asking = {}) {
  const { on, seen, end } = testRequest(input);
  const given = await hook.request?.(request, on);
  const isAnswered = given !== request;
  const reply = isAnswered
    ? ((given as Answer).reply as AsyncIterable<ChatEvent>)
    : (hook.reply?.(scriptedReply({ events }), on) ?? []);
  const read = await readAll(reply);
  end();
  const { saved } = isAnswered ? (given as Answer).about : {};
  return {
    isAnswered,
    read,
    cache: seen.headers.get('x-dragoman-cache'),
    age: seen.headers.get('x-dragoman-cache-age'),
    actions: seen.findings.map(({ action }) => action),
    saved: typeof saved === 'function' ? saved() : saved,
  };
}

beforeEach(() => void (testClock.time = 1_800_000_000_000));

describe('the cache', () => {
  it('answers the second of two equal requests', async () => {
    const hook = create();
    expect(await ask(hook)).toMatchObject({
      isAnswered: false,
      cache: 'miss',
      actions: ['miss'],
      age: undefined,
    });
    testClock.time += 90_500;
    expect(await ask(hook, { events: [] })).toEqual({
      isAnswered: true,
      read: EVENTS,
      cache: 'hit',
      age: '90',
      actions: ['hit'],
      saved: { upstream: 'local', model: 'llama' },
    });
  });

  it('answers across protocols and ways of sending', async () => {
    const hook = create();
    await ask(hook);
    const request = { ...QUESTION, protocol: 'anthropic', stream: true };
    expect(await ask(hook, { request })).toMatchObject({ cache: 'hit' });
  });

  it('keeps the answers of client keys apart, unless they are shared', async () => {
    for (const [shared, expected] of [
      [false, 'miss'],
      [true, 'hit'],
    ] as const) {
      const hook = create({ shared });
      await ask(hook, { key: 'key_1' });
      expect(await ask(hook, { key: 'key_2' })).toMatchObject({ cache: expected });
    }
  });

  it('keeps the answers of upstreams apart that it is attached to', async () => {
    const hook = create();
    await ask(hook, { change: { upstream: 'one' } });
    expect(await ask(hook, { change: { upstream: 'two' } })).toMatchObject({ cache: 'miss' });
    expect(await ask(hook, { change: { upstream: 'one' } })).toMatchObject({ cache: 'hit' });
  });

  it('forgets an answer after its time', async () => {
    const hook = create({ ttlSeconds: 10 });
    await ask(hook);
    testClock.time += 9_999;
    expect(await ask(hook)).toMatchObject({ cache: 'hit' });
    testClock.time += 1;
    expect(await ask(hook)).toMatchObject({ cache: 'miss' });
  });

  it('keeps an answer for as long as the client says, within the limit', async () => {
    const hook = create({ ttlSeconds: 10, maxTtlSeconds: 60 });
    const headers = { 'x-dragoman-cache-control': 'ttl=600' };
    await ask(hook, { headers });
    testClock.time += 59_999;
    expect(await ask(hook)).toMatchObject({ cache: 'hit' });
    testClock.time += 1;
    expect(await ask(hook)).toMatchObject({ cache: 'miss' });
  });

  it('gets a new answer for no-cache, and keeps it', async () => {
    const hook = create();
    await ask(hook);
    const headers = { 'x-dragoman-cache-control': 'no-cache' };
    const events = EVENTS.map((event) => (event.type === 'block-delta' ? { ...event, delta: 'New' } : event));
    expect(await ask(hook, { headers, events })).toMatchObject({ cache: 'miss', read: events });
    expect(await ask(hook)).toMatchObject({ cache: 'hit', read: events });
  });

  it('does not apply to no-store', () => {
    const hook = create();
    expect(hook.applies?.(testRequest().on)).toBe(true);
    const headers = { 'x-dragoman-cache-control': 'no-store' };
    expect(hook.applies?.(testRequest({ headers }).on)).toBe(false);
  });

  it('refuses a control header that it does not understand', async () => {
    const headers = { 'x-dragoman-cache-control': 'max-age=5' };
    await expect(ask(create(), { headers })).rejects.toMatchObject({ code: 'invalid_cache_control' });
  });

  it.each<[string, Partial<Asking>, Partial<Options>]>([
    [
      'a reply that was cut by length',
      { events: [...EVENTS.slice(0, -1), { type: 'finish', reason: 'max-tokens' }] },
      {},
    ],
    ['a reply that ended early', { events: EVENTS.slice(0, 3) }, {}],
    [
      'a reply that is too large',
      {
        events: EVENTS.map((event) =>
          event.type === 'block-delta' ? { ...event, delta: 'x'.repeat(1024) } : event,
        ),
      },
      { answerBytes: 1024 },
    ],
  ])('does not keep %s', async (_, asking, change) => {
    const hook = create(change);
    await ask(hook, asking);
    expect(await ask(hook)).toMatchObject({ cache: 'miss' });
  });

  it('has no part in a request whose answer depends on more than the request', async () => {
    const hook = create();
    const request: ChatRequest = { ...QUESTION, serverState: { conversation: 'c' } };
    const first = await ask(hook, { request });
    expect(first).toMatchObject({ isAnswered: false, cache: undefined, actions: [] });
    expect(await ask(hook, { request })).toMatchObject({ isAnswered: false });
  });

  it('has one of many equal requests answered', async () => {
    const hook = create();
    const answered = await Promise.all(
      Array.from({ length: 100 }, (_, index) =>
        ask(hook, { id: `req_${index}`, events: index === 0 ? EVENTS : [] }),
      ),
    );
    expect(answered.filter(({ isAnswered }) => !isAnswered)).toHaveLength(1);
    for (const { read, saved, isAnswered } of answered) {
      expect(read).toEqual(EVENTS);
      expect(saved).toEqual(isAnswered ? { upstream: 'local', model: 'llama' } : undefined);
    }
  });

  it('lets no request of another client key follow, even if answers are shared', async () => {
    const hook = create({ shared: true });
    const [one, other] = [testRequest({ id: 'a', key: 'key_1' }), testRequest({ id: 'b', key: 'key_2' })];
    expect(await hook.request?.(QUESTION, one.on)).toBe(QUESTION);
    expect(await hook.request?.(QUESTION, other.on)).toBe(QUESTION);
  });

  it('does not let a request follow itself at its next attempt', async () => {
    const hook = create();
    const change = { upstream: 'one' };
    const first = testRequest({ change });
    expect(await hook.request?.(QUESTION, first.on)).toBe(QUESTION);
    const next = testRequest({ change });
    expect(await hook.request?.(QUESTION, next.on)).toBe(QUESTION);
    await readAll(hook.reply?.(scriptedReply({ events: EVENTS }), next.on) ?? []);
    expect(await ask(hook, { id: 'req_2', change })).toMatchObject({ cache: 'hit' });
  });

  it('lets a follower go whose request ends before it reads', async () => {
    const hook = create();
    const [leader, follower] = [testRequest({ id: 'a' }), testRequest({ id: 'b' })];
    await hook.request?.(QUESTION, leader.on);
    await hook.request?.(QUESTION, follower.on);
    expect(leader.seen.held).toBe(1);
    follower.end();
    expect(leader.seen.held).toBe(0);
  });

  it('asks the upstream when the store is broken, and says so once', async () => {
    const fail = (): Promise<never> => Promise.reject(new Error('No store.'));
    const warn = vi.fn<(fields: object, message: string) => void>();
    const log = { debug: () => {}, info: () => {}, warn, error: () => {} };
    const store = { get: fail, set: fail, delete: fail, close: async () => {} };
    const hook = createCacheHook(() => store).create(options.parse({}), testSetup({ log }));
    expect(await ask(hook)).toMatchObject({ cache: 'miss', read: EVENTS });
    expect(await ask(hook)).toMatchObject({ cache: 'miss', read: EVENTS });
    expect(warn).toHaveBeenCalledOnce();
  });

  it('drops what it finds in its store and cannot read', async () => {
    const store = createMemoryStore({ maxEntries: 10, maxBytes: 100_000 }, testClock);
    const hook = create({}, { ...store, get: async () => ({ text: '{"format":0}', leftMs: 1 }) });
    await ask(hook);
    expect(await ask(hook)).toMatchObject({ cache: 'miss', read: EVENTS });
  });

  it('closes its store', async () => {
    const close = vi.fn<() => Promise<void>>(async () => {});
    const store = createMemoryStore({ maxEntries: 10, maxBytes: 100_000 }, testClock);
    await create({}, { ...store, close }).close?.();
    expect(close).toHaveBeenCalledOnce();
  });
});
