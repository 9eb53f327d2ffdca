import { type Content, GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  geminiReply,
  geminiStream,
  type MockUpstream,
  openAiEmbeddings,
  openAiError,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const tools = [{ id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Paris"}'] }];

let upstream: MockUpstream;
let gateway: RunningGateway;
let client: GoogleGenAI;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: [
      {
        id: 'chat',
        provider: 'openai',
        models: { list: ['chat-model', 'embedder'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
      {
        id: 'google',
        provider: 'gemini',
        models: { list: ['gemini-3-pro'], rename: { pro: 'gemini-3-pro' } },
        options: { baseUrl: upstream.url, apiKey: 'sk-google' },
      },
    ],
  });
  client = new GoogleGenAI({ apiKey: gateway.key, httpOptions: { baseUrl: gateway.url } });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** As a client without an SDK, with its key in the query. */
function post(path: string, body: unknown, key = gateway.key): Promise<Response> {
  const url = new URL(path, gateway.url);
  url.searchParams.set('key', key);
  const headers = { 'content-type': 'application/json' };
  return fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
}

describe("Google's SDK on an OpenAI-compatible upstream", () => {
  it('runs a whole loop of tools', async () => {
    const declared = [{ functionDeclarations: [{ name: 'get_weather', parametersJsonSchema: {} }] }];
    const chat = client.chats.create({ model: 'chat-model', config: { tools: declared } });
    upstream.reply({ stream: openAiStream([{ tools }]) });
    const calls = [];
    for await (const chunk of await chat.sendMessageStream({ message: 'Weather in Paris?' })) {
      calls.push(...(chunk.functionCalls ?? []));
    }
    expect(calls).toMatchObject([{ name: 'get_weather', args: { city: 'Paris' } }]);

    upstream.reply({ body: openAiReply([{ text: ['Sunny.'] }]) });
    const [call] = calls;
    const functionResponse = { id: call?.id ?? '', name: 'get_weather', response: { output: 'sun' } };
    const answer = await chat.sendMessage({ message: [{ functionResponse }] });
    expect(answer.text).toBe('Sunny.');
    expect(upstream.lastCall.body).toMatchObject({
      messages: [
        { role: 'user', content: 'Weather in Paris?' },
        { role: 'assistant', tool_calls: [{ id: 'call_1', function: { name: 'get_weather' } }] },
        { role: 'tool', tool_call_id: 'call_1', content: 'sun' },
      ],
    });
  });

  it('counts tokens, and the gateway admits that it is an estimate', async () => {
    const { totalTokens } = await client.models.countTokens({ model: 'chat-model', contents: 'Hello there' });
    expect(totalTokens).toBeGreaterThan(1);
    const response = await post('/v1beta/models/chat-model:countTokens', {
      contents: [{ parts: [{ text: 'Hello there' }] }],
    });
    expect(response.headers.get('x-dragoman-estimated')).toBe('true');
    expect(upstream.calls).toHaveLength(0);
  });

  it('turns texts into vectors', async () => {
    upstream.reply({
      body: openAiEmbeddings(
        [
          [0.5, 0.25],
          [0.125, 1],
        ],
        'float',
      ),
    });
    const { embeddings } = await client.models.embedContent({ model: 'embedder', contents: ['one', 'two'] });
    expect(embeddings?.map(({ values }) => values)).toEqual([
      [0.5, 0.25],
      [0.125, 1],
    ]);
    expect(upstream.lastCall.body).toMatchObject({ model: 'embedder', input: ['one', 'two'] });
  });

  it('lists models page by page', async () => {
    const names: string[] = [];
    for await (const model of await client.models.list({ config: { pageSize: 1 } })) {
      names.push(model.name ?? '');
    }
    expect(names).toContain('models/chat-model');
    expect(names).toContain('models/gemini-3-pro');
    expect(new Set(names).size).toBe(names.length);
    expect(await client.models.get({ model: 'chat-model' })).toMatchObject({ name: 'models/chat-model' });
  });

  it('tells errors as Google does', async () => {
    upstream.reply(openAiError(429, { message: 'Slow down.' }, { 'retry-after': '7' }));
    const response = await post('/v1beta/models/chat-model:generateContent', {
      contents: [{ parts: [{ text: 'Hi' }] }],
    });
    expect(response.status).toBe(429);
    expect(response.headers.get('retry-after')).toBe('7');
    expect(await response.json()).toMatchObject({ error: { code: 429, status: 'RESOURCE_EXHAUSTED' } });
  });

  it('takes the key in the query, and no wrong one', async () => {
    const body = { contents: [{ parts: [{ text: 'Hi' }] }] };
    upstream.reply({ body: openAiReply([{ text: ['Hello.'] }]) });
    expect((await post('/v1/models/chat-model:generateContent', body)).status).toBe(200);
    const refused = await post('/v1/models/chat-model:generateContent', body, 'wrong');
    expect(refused.status).toBe(401);
    expect(await refused.json()).toMatchObject({ error: { status: 'UNAUTHENTICATED' } });
  });

  it('streams as one JSON array to clients that want no server-sent events', async () => {
    upstream.reply({ stream: openAiStream([{ text: ['Hel', 'lo.'] }]) });
    const response = await post('/v1beta/models/chat-model:streamGenerateContent', {
      contents: [{ parts: [{ text: 'Hi' }] }],
    });
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    const chunks = (await response.json()) as readonly {
      readonly candidates: readonly { readonly content?: Content }[];
    }[];
    const texts = chunks.flatMap(({ candidates }) => candidates[0]?.content?.parts ?? []);
    expect(texts.map(({ text = '' }) => text).join('')).toBe('Hello.');
  });
});

describe("Google's SDK on Gemini", () => {
  it('has its bytes sent on, under the name that the upstream knows', async () => {
    upstream.reply({ body: geminiReply([{ text: ['Hello.'] }]) });
    const reply = await client.models.generateContent({
      model: 'pro',
      contents: 'Hi',
      config: { safetySettings: [] },
    });
    expect(reply.text).toBe('Hello.');
    expect(upstream.lastCall.path).toMatch(/^\/v1(?:beta)?\/models\/gemini-3-pro:generateContent$/);
    expect(upstream.lastCall.headers['x-goog-api-key']).toBe('sk-google');
    expect(upstream.lastCall.body).toMatchObject({ safetySettings: [] });
  });

  it('has its query sent on without its key', async () => {
    upstream.reply({ stream: geminiStream([{ text: ['Hello.'] }]) });
    const response = await post('/v1beta/models/pro:streamGenerateContent?alt=sse', {
      contents: [{ parts: [{ text: 'Hi' }] }],
    });
    expect(await response.text()).toContain('Hello.');
    expect(upstream.lastCall.query.get('alt')).toBe('sse');
    expect(upstream.lastCall.query.has('key')).toBe(false);
  });

  it('has tokens counted by the upstream', async () => {
    upstream.reply({ body: { totalTokens: 42 } });
    const { totalTokens } = await client.models.countTokens({ model: 'pro', contents: 'Hi' });
    expect(totalTokens).toBe(42);
    expect(upstream.lastCall.path).toBe('/v1beta/models/gemini-3-pro:countTokens');
  });
});
