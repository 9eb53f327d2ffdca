import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
let made = 0;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1`, wire: 'auto' };
  const models = { list: ['m', 'priced'] };
  const free = { input: 0, output: 0 };
  gateway = await startGateway({
    upstreams: [
      { id: 'up', provider: 'openai', models, options },
      {
        id: 'limited',
        provider: 'openai',
        models: { list: ['x'] },
        options,
        limits: { tokensPerDay: 1_000 },
      },
    ],
    prices: { m: free, x: free, priced: { ...free, request: 1 }, '/v1/threads': { ...free, request: 2 } },
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const key = (limits?: Record<string, number>): Promise<string> =>
  gateway.createKey({ name: 'k', relay: 'all', ...(limits && { limits }) });
const later = { model: 'up/m', input: 'hi', background: true };
const batch = { input_file_id: 'f', endpoint: '/v1/responses', completion_window: '24h' };

/** The status of an answer, with the code of its error. */
async function ask(secret: string, path: string, body: object): Promise<readonly unknown[]> {
  upstream.reply({
    body: { id: `made-${(made += 1)}`, object: 'response', status: 'queued', output: [], usage: null },
  });
  const before = upstream.calls.length;
  const response = await gateway.post(path, body, { key: secret });
  const { error } = (await response.json()) as { readonly error?: { readonly code?: string } };
  if (response.status !== 200) expect(upstream.calls).toHaveLength(before);
  return [response.status, error?.code].filter((part) => part !== undefined && part !== null);
}

const REFUSED = [403, 'work_not_counted'];

describe('work that goes on after its reply', () => {
  it.each<[string, string, object]>([
    ['a response', '/v1/responses', later],
    ['a response by another spelling', '/v1/responses', { model: 'up/m', input: 'hi', Background: 'yes' }],
    ['a batch', '/v1/batches', batch],
    ['a batch by another path', '/v1/%62atches', batch],
    ['a batch that names a model with a price', '/v1/batches', { ...batch, model: 'up/priced' }],
    ['a training', '/v1/fine_tuning/jobs', { training_file: 'f', model: 'up/m' }],
  ])('that is %s is refused under a limit on tokens or money', async (_, path, body) => {
    expect(await ask(await key({ tokensPerDay: 2_000 }), path, body)).toEqual(REFUSED);
    expect((await ask(await key({ costPerDay: 1 }), path, body))[0]).toBe(403);
    expect(await ask(await key({ requestsPerMinute: 5 }), path, body)).toEqual([200]);
  });

  it('is refused under a limit of the upstream', async () => {
    expect(await ask(await key(), '/v1/responses', { ...later, model: 'limited/x' })).toEqual(REFUSED);
  });

  it('is served where each request has a price, and charged it', async () => {
    const secret = await key({ costPerDay: 3 });
    expect(await ask(secret, '/v1/responses', { ...later, model: 'up/priced' })).toEqual([200]);
    expect(await ask(secret, '/v1/threads', {})).toEqual([200]);
    expect(await ask(secret, '/v1/threads', {})).toEqual([429, 'budget_exceeded']);
  });

  it('is not what a response is that is answered at once', async () => {
    for (const background of [false, null])
      expect(
        await ask(await key({ tokensPerDay: 2_000 }), '/v1/responses', { ...later, background }),
      ).toEqual([200]);
  });
});
