import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

const messages = [{ role: 'user', content: 'Hi' }];
const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }];

/** Where each protocol takes a number that multiplies or bounds what is written. */
const FIELDS = [
  {
    path: '/v1/chat/completions',
    field: 'max_tokens',
    body: (max_tokens: unknown) => ({ messages, max_tokens }),
  },
  {
    path: '/v1/chat/completions',
    field: 'max_completion_tokens',
    body: (max_completion_tokens: unknown) => ({ messages, max_completion_tokens }),
  },
  { path: '/v1/chat/completions', field: 'n', body: (n: unknown) => ({ messages, n }) },
  {
    path: '/v1/completions',
    field: 'max_tokens',
    body: (max_tokens: unknown) => ({ prompt: 'Hi', max_tokens }),
  },
  { path: '/v1/completions', field: 'best_of', body: (best_of: unknown) => ({ prompt: 'Hi', best_of }) },
  {
    path: '/v1/responses',
    field: 'max_output_tokens',
    body: (max_output_tokens: unknown) => ({ input: 'Hi', max_output_tokens }),
  },
  { path: '/v1/messages', field: 'max_tokens', body: (max_tokens: unknown) => ({ messages, max_tokens }) },
  {
    path: '/v1beta/models/MODEL:generateContent',
    field: 'generationConfig.maxOutputTokens',
    body: (maxOutputTokens: unknown) => ({ contents, generationConfig: { maxOutputTokens } }),
  },
  {
    path: '/v1beta/models/MODEL:generateContent',
    field: 'generationConfig.candidateCount',
    body: (candidateCount: unknown) => ({ contents, generationConfig: { candidateCount } }),
  },
] as const;

/** As JSON: a float, numbers that no model has, and one that is parsed as infinite. */
const NUMBERS = ['1.5', '10000001', '1e20', '1e300', '1e999', '-1'];

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    prices: { m: { input: 1_000, output: 2_000 } },
    upstreams: [
      {
        id: 'openai',
        provider: 'openai',
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'k', wire: 'auto' },
      },
      { id: 'anthropic', provider: 'anthropic', options: { baseUrl: upstream.url, apiKey: 'k' } },
      { id: 'gemini', provider: 'gemini', options: { baseUrl: upstream.url, apiKey: 'k' } },
    ].map((one) => ({ ...one, models: { list: ['m'] } })) as never,
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

const send = (key: string, path: string, body: string): Promise<Response> =>
  gateway.post(path, body, { key });

describe.each(['openai', 'anthropic', 'gemini'])('a model of the upstream %s', (id) => {
  it.each(FIELDS)('refuses numbers of $field at $path that no model has', async ({ path, field, body }) => {
    const key = await gateway.createKey({
      name: 'k',
      limits: { costTotal: 1_000_000, tokensPerDay: 1_000_000 },
    });
    for (const number of NUMBERS) {
      const text = JSON.stringify({ model: `${id}/m`, ...body('NUMBER') }).replace('"NUMBER"', number);
      const response = await send(key, path.replace('MODEL', `${id}/m`), text);
      expect(response.status, number).toBe(400);
      expect(await response.text(), number).toContain(`${field} must be an integer from`);
    }
    expect(upstream.calls).toHaveLength(0);
  });
});

it('a budget that is spent stays spent, whatever is asked for next', async () => {
  const limits = { costTotal: 2.02 };
  const key = await gateway.createKey({ name: 'spent', limits });
  const path = '/v1/chat/completions';
  const chat = async (more: object): Promise<number> =>
    (await send(key, path, JSON.stringify({ model: 'openai/m', messages, ...more }))).status;
  const used = async (): Promise<number | undefined> => {
    const all = await gateway.admin<{ uses: { limit: number; used: number }[] }[]>('GET', '/limits');
    return all.flatMap(({ uses }) => uses).find(({ limit }) => limit === limits.costTotal)?.used;
  };
  expect(await chat({ max_tokens: 900 })).toBe(200);
  // 12 tokens at 0.001 dollars and 7 at 0.002.
  expect(await used()).toBe(0.026);
  for (const number of [1e20, 1e300, 1e15]) {
    for (const field of ['max_tokens', 'max_completion_tokens']) {
      expect(await chat({ [field]: number })).toBe(400);
      expect(await used()).toBe(0.026);
    }
  }
  expect(await chat({ max_tokens: 10_000_000 })).toBe(429);
  expect(await used()).toBe(0.026);
});

it.each([-5, 1.5, 1e300, 'many', null])(
  'a usage of %s tokens, as an upstream tells it, never gives anything back',
  async (count) => {
    const usage = { prompt_tokens: count, completion_tokens: count };
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }], { usage }) });
    const key = await gateway.createKey({ name: 'odd', limits: { tokensPerDay: 1_000, costTotal: 1_000 } });
    const body = JSON.stringify({ model: 'openai/m', messages, max_tokens: 10 });
    expect((await send(key, '/v1/chat/completions', body)).status).toBe(200);
    const all = await gateway.admin<{ uses: { limit: number; used: number }[] }[]>('GET', '/limits');
    for (const { used } of all.at(-1)?.uses ?? []) expect(used).toBeGreaterThan(0);
    const tokens = all.at(-1)?.uses[0]?.used;
    expect(Number.isSafeInteger(tokens)).toBe(true);
  },
);
