import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../packages/plugin/src/canonical/limits.ts';
import { type FakeClock, fakeClock } from '../support/candidates.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

/** The usage of every scripted reply: 12 tokens in (4 of them cached) and 7 out. */
const reply = { body: openAiReply([{ text: ['Hi.'] }]) };

let upstream: MockUpstream;
let gateway: RunningGateway;
let clock: FakeClock;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
beforeEach(() => {
  upstream.reset();
  upstream.handle('/v1/chat/completions', () => reply);
  return () => gateway.close();
});
afterAll(() => upstream.close());

async function start(own: Partial<GatewayOptions> = {}, upstreamLimits?: Limits): Promise<void> {
  clock = fakeClock();
  gateway = await startGateway({
    surroundings: { clock },
    prices: { m: { input: 1_000, output: 2_000, cacheRead: 500 } },
    upstreams: ['one', 'two'].map((id) => ({
      id,
      provider: 'openai',
      models: { list: ['m'] },
      options: { baseUrl: `${upstream.url}/v1`, apiKey: `sk-${id}` },
      ...(upstreamLimits && id === 'one' && { limits: upstreamLimits }),
    })),
    ...own,
  });
}

const limited = (limits: Limits): Promise<string> => gateway.createKey({ name: 'limited', limits });

function chat(key: string, model = 'two/m') {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  const messages = [{ role: 'user' as const, content: 'Hi' }];
  return client.chat.completions.create({ model, messages }).withResponse();
}

describe('the limit of a key', () => {
  it('on requests is exact, however many come at once', async () => {
    await start();
    const key = await limited({ requestsPerMinute: 100 });
    const outcomes = await Promise.allSettled(Array.from({ length: 1000 }, () => chat(key)));
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(100);
    expect(upstream.calls).toHaveLength(100);
    clock.pass(60_000);
    await expect(chat(key)).resolves.toBeDefined();
  });

  it('is told in the headers of OpenAI, and when it is reached', async () => {
    await start();
    const key = await limited({ requestsPerMinute: 2, tokensPerMinute: 1_000 });
    const { response } = await chat(key);
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect(response.headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    expect(response.headers.get('x-ratelimit-reset-requests')).toMatch(/^\d+(\.\d+)?s$/);
    await chat(key);
    const error = await chat(key).catch((thrown: unknown) => thrown as InstanceType<typeof OpenAI.APIError>);
    expect(error).toMatchObject({
      status: 429,
      code: 'rate_limit_exceeded',
      message: expect.stringContaining('This key has reached its limit of 2 requests per minute.') as string,
    });
    const { headers } = error as { headers: Headers };
    expect(headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(headers.get('x-ratelimit-limit-tokens')).toBe('1000');
    const wait = Number(headers.get('retry-after'));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(60);
  });

  it('is told in the headers of Anthropic', async () => {
    await start();
    const client = new Anthropic({ baseURL: gateway.url, apiKey: await limited({ requestsPerMinute: 5 }) });
    const { response } = await client.messages
      .create({ model: 'two/m', max_tokens: 64, messages: [{ role: 'user', content: 'Hi' }] })
      .withResponse();
    expect(response.headers.get('anthropic-ratelimit-requests-remaining')).toBe('4');
    expect(Date.parse(response.headers.get('anthropic-ratelimit-requests-reset') ?? '')).toBeGreaterThan(0);
  });

  it('on tokens is charged by what was really taken', async () => {
    await start();
    const key = await limited({ tokensPerDay: 40 });
    await chat(key);
    await chat(key);
    // 38 are taken; this one is about to take 5 more.
    await expect(chat(key)).rejects.toMatchObject({ status: 429 });
    clock.pass(86_400_000);
    await expect(chat(key)).resolves.toBeDefined();
  });

  it('on tokens counts what a stream took, and nothing of a request that failed', async () => {
    await start();
    const key = await limited({ tokensPerMinute: 60 });
    upstream.reply({ status: 400, body: { error: { message: 'No.' } } });
    await expect(chat(key)).rejects.toMatchObject({ status: 400 });
    upstream.reply({ stream: openAiStream([{ text: ['Hi', '.'] }]) });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
    const request = { model: 'two/m', messages: [{ role: 'user' as const, content: 'Hi' }] };
    const stream = client.chat.completions.stream({ ...request, stream_options: { include_usage: true } });
    await stream.finalChatCompletion();
    const { response } = await chat(key);
    // 60 - 19 of the stream - about 5 of this one's prompt - 15 for its answer, a quarter of the limit.
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeGreaterThan(0);
    expect(Number(response.headers.get('x-ratelimit-remaining-tokens'))).toBeLessThan(26);
  });

  it('on money is charged by the price', async () => {
    await start();
    // 8 fresh at 1,000, 4 cached at 500 and 7 written at 2,000 per million: 0.024 dollars.
    const key = await limited({ costTotal: 5, costPerDay: 10 });
    await chat(key);
    const uses = await limitsOf();
    expect(uses).toMatchObject([
      {
        kind: 'key',
        uses: [
          { name: 'costPerDay', limit: 10, used: 0.024 },
          { name: 'costTotal', limit: 5, used: 0.024 },
        ],
      },
    ]);
  });

  it('on money refuses once it is spent', async () => {
    await start();
    const key = await limited({ costTotal: 0.02 });
    await expect(chat(key)).rejects.toMatchObject({ status: 429, code: 'budget_exceeded' });
    const roomy = await limited({ costTotal: 2.1 });
    await chat(roomy);
    await chat(roomy);
    expect(upstream.calls).toHaveLength(2);
  });

  it('holds for paths that are only sent on, too', async () => {
    await start();
    const key = await gateway.createKey({ name: 'k', relay: 'all', limits: { requestsPerMinute: 1 } });
    upstream.handle('/v1/files', () => ({ body: { object: 'list', data: [] } }));
    const list = () => fetch(`${gateway.url}/v1/files`, { headers: { authorization: `Bearer ${key}` } });
    expect([(await list()).status, (await list()).status]).toEqual([200, 429]);
  });

  it('on requests at the same time lets the next one in when one ends', async () => {
    await start();
    const key = await limited({ concurrentRequests: 1 });
    const held = Promise.withResolvers<void>();
    upstream.reply({
      stream: (async function* () {
        yield* openAiStream([{ text: ['Hi'] }]).slice(0, 2);
        await held.promise;
        yield* openAiStream([{ text: ['Hi'] }]).slice(2);
      })(),
    });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
    const request = { model: 'two/m', messages: [{ role: 'user' as const, content: 'Hi' }] };
    const stream = await client.chat.completions.create({ ...request, stream: true });
    await expect(chat(key)).rejects.toMatchObject({ status: 429 });
    held.resolve();
    for await (const _ of stream) void _;
    await expect(chat(key)).resolves.toBeDefined();
  });
});

describe('the limit of an upstream', () => {
  it('sends what is beyond it to another one', async () => {
    await start({ routing: { policy: 'order', retry: { repeats: 0 } } }, { requestsPerMinute: 2 });
    for (let at = 0; at < 5; at += 1) await chat(gateway.key, 'm');
    const keys = upstream.calls.map(({ headers }) => headers['authorization']);
    expect(keys.filter((key) => key === 'Bearer sk-one')).toHaveLength(2);
    expect(keys.filter((key) => key === 'Bearer sk-two')).toHaveLength(3);
    await expect(chat(gateway.key, 'one/m')).rejects.toMatchObject({ status: 429 });
  });
});

describe('the limit of an alias', () => {
  it('holds for all keys together', async () => {
    await start({
      aliases: [{ name: 'scarce', candidates: [{ model: 'm' }], limits: { requestsPerMinute: 3 } }],
    });
    const other = await gateway.createKey({ name: 'other' });
    for (const key of [gateway.key, other, gateway.key]) await chat(key, 'scarce');
    await expect(chat(other, 'scarce')).rejects.toMatchObject({
      status: 429,
      message: expect.stringContaining('This model has reached its limit') as string,
    });
    await expect(chat(other, 'm')).resolves.toBeDefined();
  });
});

async function limitsOf(): Promise<unknown> {
  const response = await fetch(`${gateway.url}/admin/api/v1/limits`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  return response.json();
}
