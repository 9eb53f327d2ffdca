import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

const IDS = ['a', 'b', 'c', 'd'];

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    routing: { policy: 'affinity', retry: { repeats: 0 } },
    upstreams: IDS.map((id) => ({
      id,
      provider: 'openai',
      models: { list: ['m'] },
      options: { baseUrl: `${upstream.url}/v1`, apiKey: id },
    })),
  });
});
beforeEach(() => {
  upstream.reset();
  upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const messages = [{ role: 'user' as const, content: 'Hi' }];
const homes = (): ReadonlySet<string | undefined> =>
  new Set(upstream.calls.map(({ headers }) => headers['authorization']));

function openai() {
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 }).chat.completions;
}

describe('what belongs together', () => {
  it.each([
    [
      'a session header',
      () => openai().create({ model: 'm', messages }, { headers: { 'x-session-id': 's' } }),
    ],
    ['a thread', () => openai().create({ model: 'm', messages }, { headers: { 'x-thread-id': 't' } })],
    ['a prompt cache key', () => openai().create({ model: 'm', messages, prompt_cache_key: 'c' })],
    [
      'a user of Anthropic',
      () =>
        new Anthropic({ baseURL: gateway.url, apiKey: gateway.key }).messages.create({
          ...{ model: 'm', messages, max_tokens: 64 },
          metadata: { user_id: 'u' },
        }),
    ],
  ])('finds the same upstream each time, by %s', async (_, ask) => {
    for (let at = 0; at < 8; at += 1) await ask();
    expect(homes().size).toBe(1);
  });

  it('finds another one while its own is down, and comes back to it', async () => {
    const ask = () => openai().create({ model: 'm', messages, prompt_cache_key: 'moving' });
    await ask();
    const [home] = homes();
    upstream.reply({ status: 429, headers: { 'retry-after': '600' }, body: { error: { message: 'No.' } } });
    await ask();
    await ask();
    const places = upstream.calls.map(({ headers }) => headers['authorization']);
    expect(places.slice(0, 2)).toEqual([home, home]);
    expect(places[2]).not.toBe(home);
    expect(places[3]).toBe(places[2]);
  });

  it('spreads over all of them', async () => {
    for (let at = 0; at < 60; at += 1)
      await openai().create({ model: 'm', messages, prompt_cache_key: `${at}` });
    expect(homes().size).toBeGreaterThanOrEqual(3);
  });
});
