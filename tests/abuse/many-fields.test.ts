import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: upstream.url, apiKey: 'up-key' };
  gateway = await startGateway({
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      { id: 'oai', provider: 'openai', models: { list: ['m'] }, options },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function ask(path: string, body: object): Promise<readonly [status: number, message: string]> {
  const response = await gateway.post(path, body);
  const { error } = (await response.json()) as { readonly error: { readonly message: string } };
  return [response.status, error.message];
}

const fields = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, 1]));
const hi = { role: 'user', content: 'hi' };
const gemini = '/v1beta/models/echo:generateContent';

describe('the fields of a request', () => {
  it.each<[string, object]>([
    ['/v1/chat/completions', { model: 'echo', messages: [hi] }],
    ['/v1/chat/completions', { model: 'oai/m', messages: [hi] }],
    ['/v1/responses', { model: 'echo', input: 'hi' }],
    ['/v1/messages', { model: 'echo', max_tokens: 5, messages: [hi] }],
    ['/v1/messages/count_tokens', { model: 'echo', messages: [hi] }],
    [gemini, { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] }],
    ['/v1/embeddings', { model: 'echo', input: 'hi' }],
    ['/v1/moderations', { model: 'oai/m', input: 'hi' }],
  ])('are counted before anything is made of them: %s', async (path, body) => {
    expect(await ask(path, { ...body, ...fields(50_000) })).toEqual([
      400,
      'The request body has more than 1,000 fields.',
    ]);
    expect(await ask(path, { ...body, metadata: fields(50_000) })).toEqual([
      400,
      'metadata has more than 10,000 fields.',
    ]);
  });

  it('that nobody knows are counted over all messages', async () => {
    const messages = Array.from({ length: 30 }, () => ({ ...hi, ...fields(900) }));
    expect(await ask('/v1/chat/completions', { model: 'echo', messages })).toEqual([
      400,
      'messages[22] exceeds the limit of 20,000 unknown fields per request.',
    ]);
  });
});

describe('the lists of a request of Gemini', () => {
  it.each<[string, object]>([
    ['contents[0].parts', { contents: [{ parts: Array.from({ length: 10_001 }, () => ({ text: 'x' })) }] }],
    ['anything', { anything: Array.from({ length: 10_001 }, () => ({ a_b: 1 })) }],
    [
      'tools[0].functionDeclarations',
      { tools: [{ function_declarations: Array.from({ length: 10_001 }, () => ({ name: 'f' })) }] },
    ],
  ])('are counted before their names are converted: %s', async (path, body) => {
    const [status, message] = await ask(gemini, body);
    expect([status, message]).toEqual([400, `${path} must not have more than 10,000 entries.`]);
  });
});
