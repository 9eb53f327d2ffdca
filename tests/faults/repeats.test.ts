import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AliasInput } from '../../core/src/config/routing.ts';
import { type FakeClock, fakeClock } from '../support/candidates.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const good: MockReply = { body: openAiReply([{ text: ['At last.'] }]) };
const refused = (status: number, headers = {}, code = ''): MockReply => ({
  status,
  headers,
  body: { error: { message: `No: ${status}.`, type: 'error', code } },
});

let upstream: MockUpstream;
let gateway: RunningGateway;
let clock: FakeClock;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
beforeEach(() => {
  upstream.reset();
  return () => gateway.close();
});
afterAll(() => upstream.close());

const ALIASES: readonly AliasInput[] = [
  { name: 'bounded', candidates: [{ model: 'a' }], timeouts: { totalMs: 1_000 } },
  { name: 'never', candidates: [{ model: 'a' }], retry: { repeats: 0 } },
  {
    name: 'with-next',
    candidates: [{ model: 'a' }],
    retry: { repeats: 0 },
    fallbacks: { default: ['gone', 'b'] },
  },
  {
    name: 'with-others',
    candidates: [{ model: 'a' }],
    fallbacks: { contextWindow: ['b'], contentPolicy: ['c'], default: ['never'] },
  },
  {
    name: 'loop',
    candidates: [{ model: 'a' }],
    retry: { repeats: 0 },
    fallbacks: { default: ['loop', 'loop2'] },
  },
  { name: 'loop2', candidates: [{ model: 'b' }], retry: { repeats: 0 }, fallbacks: { default: ['loop'] } },
];

async function start(): Promise<void> {
  clock = fakeClock();
  gateway = await startGateway({
    surroundings: { clock, random: () => 0.5 },
    routing: {},
    aliases: ALIASES,
    upstreams: [
      {
        id: 'up',
        provider: 'openai',
        models: { list: ['a', 'b', 'c'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
    ],
  });
}

async function ask(model = 'a'): Promise<string> {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  const reply = await client.chat.completions.create({ model, messages });
  return reply.choices[0]?.message.content ?? '';
}

const asked = (): readonly unknown[] => upstream.calls.map(({ body }) => (body as { model: string }).model);

describe('a failure that passes', () => {
  beforeEach(start);

  it('is tried again, after longer and longer pauses', async () => {
    upstream.reply(refused(500), refused(503), good);
    expect(await ask()).toBe('At last.');
    // Half of 250 and of 500 ms: full jitter, by the dice of the test.
    expect(clock.slept).toEqual([125, 250]);
  });

  it('is given up after so many repeats', async () => {
    upstream.reply(...Array.from({ length: 9 }, () => refused(500)));
    await expect(ask()).rejects.toMatchObject({ status: 502 });
    expect(upstream.calls).toHaveLength(3);
  });

  it('waits as long as the upstream says, where that is not too long', async () => {
    upstream.reply(refused(429, { 'retry-after': '1' }), good);
    expect(await ask()).toBe('At last.');
    expect(clock.slept).toEqual([1_000]);
  });

  it('is left to the client where the upstream says to wait for long', async () => {
    upstream.reply(refused(429, { 'retry-after': '60' }));
    await expect(ask()).rejects.toMatchObject({ status: 429 });
    expect(upstream.calls).toHaveLength(1);
  });

  it('is not tried again beyond the time of the request', async () => {
    upstream.reply(refused(429, { 'retry-after': '2' }));
    await expect(ask('bounded')).rejects.toMatchObject({ status: 429 });
    expect(clock.slept).toEqual([]);
  });

  it('is not tried again where the model says so', async () => {
    upstream.reply(refused(500));
    await expect(ask('never')).rejects.toMatchObject({ status: 502 });
    expect(upstream.calls).toHaveLength(1);
  });

  it.each([
    [401, 502],
    [404, 404],
    [400, 400],
    [504, 504],
  ])('is not what status %i means', async (status, seen) => {
    upstream.reply(refused(status), good);
    await expect(ask()).rejects.toMatchObject({ status: seen });
    expect(upstream.calls).toHaveLength(1);
  });

  it('cannot storm', async () => {
    upstream.handle('/v1/chat/completions', () => refused(500));
    for (let at = 0; at < 300; at += 1) await ask().catch(() => {});
    // The breaker is open after five failures: from then on each request is one try.
    expect(upstream.calls.length).toBeLessThanOrEqual(300 + 5);
  });
});

describe('a fallback', () => {
  beforeEach(start);

  it('answers when all candidates failed, and one that nobody serves is passed over', async () => {
    upstream.reply(refused(500), good);
    expect(await ask('with-next')).toBe('At last.');
    expect(asked()).toEqual(['a', 'b']);
  });

  it.each([
    ['context_length_exceeded', 'b'],
    ['content_policy_violation', 'c'],
  ])('for %s is another one', async (code, model) => {
    upstream.reply(refused(400, {}, code), good);
    expect(await ask('with-others')).toBe('At last.');
    expect(asked()).toEqual(['a', model]);
  });

  it('is not asked for what is the fault of the client', async () => {
    upstream.reply(refused(400));
    await expect(ask('with-others')).rejects.toMatchObject({ status: 400 });
    expect(asked()).toEqual(['a']);
  });

  it('is asked once, also where fallbacks lead in a circle', async () => {
    upstream.reply(refused(500), refused(500), good);
    await expect(ask('loop')).rejects.toMatchObject({ status: 502 });
    expect(asked()).toEqual(['a', 'b']);
  });
});
