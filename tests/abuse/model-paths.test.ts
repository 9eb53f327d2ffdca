import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw } from '../support/raw-request.ts';

const ALLOWED = 'gemini-2.0-flash';
const OTHER = 'gemini-2.5-pro';

const LEADS_ELSEWHERE = [
  `gem/${ALLOWED}/../${OTHER}`,
  `gem/${ALLOWED}/./../${OTHER}`,
  `gem/${ALLOWED}/%2e%2e/${OTHER}`,
  `gem/${ALLOWED}/%252e%252e/${OTHER}`,
  `gem/${ALLOWED}/..;/${OTHER}`,
  `gem/${ALLOWED}\\..\\${OTHER}`,
  `gem/${ALLOWED}%2f..%2f${OTHER}`,
  `gem/${ALLOWED}//${OTHER}`,
  `gem/${ALLOWED}/\uff0e\uff0e/${OTHER}`,
  `gem/${ALLOWED}\\${OTHER}`,
  'gem/../../admin',
  'gem/..',
  'gem/.',
  `${ALLOWED}/../${OTHER}`,
];

describe("a model's name that leads to another path", () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let key: string;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    gateway = await startGateway({
      upstreams: [
        {
          id: 'gem',
          provider: 'gemini',
          models: { list: [ALLOWED, OTHER] },
          options: { baseUrl: upstream.url, apiKey: 'k' },
        },
      ],
      aliases: [{ name: 'any-*', candidates: [{ upstream: 'gem', model: '*' }] }],
    });
    key = await gateway.createKey({ name: 'scoped', models: ['gemini-2.0-flash*', 'gem/*', 'any-*'] });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const headers = (): Record<string, string> => ({
    authorization: `Bearer ${key}`,
    'content-type': 'application/json',
  });

  it.each(LEADS_ELSEWHERE)('is refused in a body: %j', async (model) => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
    const reply = await sendRaw(gateway.url, { path: '/v1/chat/completions', headers: headers(), body });
    expect([400, 403, 404]).toContain(reply.status);
    expect(upstream.calls).toEqual([]);
  });

  it.each(LEADS_ELSEWHERE)('is refused in a path: %j', async (model) => {
    for (const name of [model, encodeURI(model), encodeURIComponent(model)]) {
      if (/[^\x21-\x7e]/.test(name)) continue;
      const path = `/v1beta/models/${name}:generateContent`;
      const body = JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }] });
      const reply = await sendRaw(gateway.url, { path, headers: headers(), body });
      expect([400, 403, 404]).toContain(reply.status);
    }
    expect(upstream.calls).toEqual([]);
  });

  it.each(['any-..', 'any-../..', 'any-.'])('is refused when an alias makes it: %j', async (model) => {
    const body = JSON.stringify({ model, messages: [{ role: 'user', content: 'hi' }] });
    const reply = await sendRaw(gateway.url, { path: '/v1/chat/completions', headers: headers(), body });
    expect([400, 404]).toContain(reply.status);
    expect(upstream.calls).toEqual([]);
  });

  it('says what is wrong with it', async () => {
    const body = JSON.stringify({ model: 'gem/a/../b', messages: [{ role: 'user', content: 'hi' }] });
    const reply = await sendRaw(gateway.url, { path: '/v1/chat/completions', headers: headers(), body });
    expect(JSON.parse(reply.body)).toMatchObject({
      error: { param: 'model', code: 'model_name_invalid', type: 'invalid_request_error' },
    });
  });
});

describe('a name with slashes of its own', () => {
  it('reaches the upstream as it is', async () => {
    const upstream = await startMockUpstream();
    upstream.handle('/v1/chat/completions', ({ body }) => ({ body: { echo: body, choices: [] } }));
    const gateway = await startGateway({
      upstreams: [
        { id: 'vllm', provider: 'openai', options: { baseUrl: `${upstream.url}/v1/`, apiKey: 'k' } },
      ],
    });
    for (const model of ['meta-llama/Llama-3', '/data/models/qwen']) {
      await gateway.chat({ model: `vllm/${model}`, messages: [{ role: 'user', content: 'hi' }] });
      expect(upstream.lastCall.body).toMatchObject({ model });
    }
    await gateway.close();
    await upstream.close();
  });
});
