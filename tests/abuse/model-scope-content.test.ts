import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw } from '../support/raw-request.ts';

const schema = { type: 'object', properties: { model: { type: 'string' } }, required: ['model'] };
const messages = [{ role: 'user', content: 'hi' }];
const metadata = { model: 'T-800', fallback: 'none' };

describe('a key that may use certain models', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let key: string;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: upstream.url };
    gateway = await startGateway({
      upstreams: [
        {
          ...{ id: 'oai', provider: 'openai', models: { list: ['cheap', 'also-cheap', 'big'] } },
          options: { ...options, baseUrl: `${upstream.url}/v1`, wire: 'auto' },
        },
        { id: 'ant', provider: 'anthropic', models: { list: ['ant'] }, options },
        { id: 'gem', provider: 'gemini', models: { list: ['gem'] }, options },
      ],
    });
    key = await gateway.createKey({ name: 'k', models: ['cheap', 'also-cheap', 'ant', 'gem'] });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const post = async (
    path: string,
    json: object,
  ): Promise<{ readonly status: number; readonly body: string }> =>
    sendRaw(gateway.url, {
      ...{ path, body: JSON.stringify(json) },
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });

  it.each<[string, string, object]>([
    [
      'metadata, tools and formats of a chat',
      '/v1/chat/completions',
      {
        ...{ model: 'cheap', messages, metadata, modalities: ['text'] },
        prediction: { type: 'content', content: [{ type: 'text', text: 'x' }] },
        tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
        response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
        provider: { allow_fallbacks: true },
      },
    ],
    [
      'what tools, texts and inputs of a response hold',
      '/v1/responses',
      {
        ...{ model: 'cheap', metadata, store: false },
        input: [{ role: 'user', content: 'hi' }],
        tools: [{ type: 'function', name: 'f', parameters: schema }],
        text: { format: { type: 'json_schema', name: 'n', schema } },
      },
    ],
    [
      'tools and calls of messages',
      '/v1/messages',
      {
        ...{ model: 'ant', max_tokens: 5 },
        messages: [
          ...messages,
          {
            role: 'assistant',
            content: [{ type: 'tool_use', id: 't', name: 'f', input: { model: 'T-800' } }],
          },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'ok' }] },
        ],
        tools: [{ name: 'f', input_schema: schema }],
      },
    ],
    [
      'functions and schemas of contents',
      '/v1beta/models/gem:generateContent',
      {
        contents: [{ role: 'user', parts: [{ text: 'hi' }] }],
        tools: [{ functionDeclarations: [{ name: 'f', parametersJsonSchema: schema }] }],
        generationConfig: { responseModalities: ['TEXT'], responseJsonSchema: schema },
      },
    ],
    ['documents', '/v1/rerank', { model: 'cheap', query: 'x', documents: [{ text: 'a', model: 'T-800' }] }],
    [
      'another model of the key',
      '/v1/moderations',
      { model: 'cheap', input: 'x', fallback_models: ['also-cheap'] },
    ],
  ])('may send %s', async (_, path, json) => {
    upstream.reset();
    upstream.reply({ body: {} });
    await post(path, json);
    expect(upstream.calls.length).toBe(1);
    expect(upstream.lastCall.body).toEqual(json);
  });

  it.each(['extra_body', 'plugins'])('reads which field is at fault (%s)', async (field) => {
    const { status, body } = await post('/v1/chat/completions', {
      ...{ model: 'cheap', messages, [field]: [{ config: { model_name: 'big' } }] },
    });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({
      error: { code: 'model_mismatch', param: `${field}[].config.model_name` },
    });
  });
});
