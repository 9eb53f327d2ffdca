import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
    ],
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const OPENAI = { error: { message: expect.any(String), type: 'invalid_request_error' } };
const ANTHROPIC = { type: 'error', error: { message: expect.any(String) } };
const GEMINI = { error: { message: expect.any(String), status: expect.stringMatching(/^[A-Z_]+$/) } };
const anthropic = { 'anthropic-version': '2023-06-01' };

const ask = (
  method: string,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const credential = 'anthropic-version' in headers ? 'x-api-key' : 'x-goog-api-key';
  return fetch(`${gateway.url}${path}`, {
    ...{ method, headers: { [credential]: gateway.key, 'content-type': 'application/json', ...headers } },
    ...(method === 'POST' && { body: '{}' }),
  });
};

describe('what no endpoint serves', () => {
  it.each([
    ['POST', '/v1beta/models/:generateContent', {}, 400, GEMINI],
    ['POST', '/v1beta/models/:streamGenerateContent?alt=sse', {}, 400, GEMINI],
    ['POST', '/v1/models/:generateContent', {}, 400, GEMINI],
    ['POST', '/v1beta/models/:countTokens', {}, 400, GEMINI],
    ['POST', '/v1beta/models/:embedContent', {}, 400, GEMINI],
    ['GET', '/v1beta/cachedContents', {}, 404, GEMINI],
    ['GET', '/v1beta', {}, 404, GEMINI],
    ['POST', '/v1/messages/batches', anthropic, 404, ANTHROPIC],
    ['GET', '/v1/messages/nothing', anthropic, 404, ANTHROPIC],
    ['GET', '/v2/anything', {}, 404, OPENAI],
  ])('is told in the envelope of its protocol: %s %s', async (method, path, headers, status, envelope) => {
    const response = await ask(method, path, headers);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(envelope);
    expect(upstream.calls).toHaveLength(0);
  });

  it.each([
    ['DELETE', '/v1beta/models', {}, 'HEAD, GET', GEMINI],
    ['PUT', '/v1beta/models/m', {}, 'HEAD, GET', GEMINI],
    ['GET', '/v1/messages', anthropic, 'POST', ANTHROPIC],
    ['PUT', '/v1/messages/count_tokens', anthropic, 'POST', ANTHROPIC],
    ['DELETE', '/v1/models/m', anthropic, 'HEAD, GET', ANTHROPIC],
    ['POST', '/v1beta/models/m:sing', {}, 'HEAD, GET', GEMINI],
    ['POST', '/healthz', {}, 'HEAD, GET', OPENAI],
  ])('as a method is told with those that are: %s %s', async (method, path, headers, allow, envelope) => {
    const response = await ask(method, path, headers);
    const body: unknown = await response.json();
    expect(response.status, JSON.stringify(body)).toBe(405);
    expect(body).toMatchObject(envelope);
    expect(response.headers.get('allow')).toBe(allow);
  });
});

it('a path that one protocol alone has needs no header of it', async () => {
  const headers = { authorization: `Bearer ${gateway.key}` };
  for (const [path, envelope] of [
    ['/v1/messages', ANTHROPIC],
    ['/v1beta/models/m:generateContent', GEMINI],
  ] as const) {
    const response = await fetch(gateway.url + path, { method: 'PUT', headers });
    expect([response.status, response.headers.get('allow')]).toEqual([405, expect.stringContaining('POST')]);
    expect(await response.json()).toMatchObject(envelope);
  }
  expect(upstream.calls).toHaveLength(0);
});

describe('a byte order mark', () => {
  it('in front of a JSON reply does no harm', async () => {
    const reply =
      '{"id":"x","choices":[{"message":{"role":"assistant","content":"Hi"},"finish_reason":"stop"}],"usage":{"prompt_tokens":3,"completion_tokens":1}}';
    const headers = { 'content-type': 'application/json' };
    upstream.reply({ rawBody: `\uFEFF${reply}`, headers });
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(response.status).toBe(200);
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(reply);
  });

  it('in front of an error reply leaves the error readable', async () => {
    const headers = { 'content-type': 'application/json' };
    upstream.reply({ status: 400, rawBody: '\uFEFF{"error":{"message":"Too hot."}}', headers });
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('Too hot.');
  });
});
