import Anthropic from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockUpstream,
  openAiBrokenStream,
  openAiError,
  openAiReply,
  openAiStream,
  openAiTruncatedStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const messages = [{ role: 'user' as const, content: 'Hello' }];
const base = { model: 'mock-model', max_tokens: 64, messages };
const calls = [
  { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Paris"}'] },
  { id: 'call_2', name: 'get_time', arguments: ['{"zone"', ':"CET"}'] },
];
const tools = ['get_weather', 'get_time'].map((name) => ({
  name,
  description: name,
  input_schema: { type: 'object' as const, properties: { city: { type: 'string' } } },
}));

let upstream: MockUpstream;
let gateway: RunningGateway;
let client: Anthropic;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
      {
        id: 'up',
        provider: 'openai',
        models: { list: ['mock-model'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
    ],
  });
  client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe('the official Anthropic SDK on an OpenAI-compatible upstream', () => {
  it('answers, and tells the upstream everything in its own words', async () => {
    upstream.reply({ body: openAiReply([{ text: ['Hello', ' you'] }]) });
    const reply = await client.messages.create({
      ...base,
      system: [{ type: 'text', text: 'Be brief.' }],
      // Older models take it, this SDK's types no longer do.
      ...({ temperature: 0 } as object),
      stop_sequences: ['END'],
      tools,
      tool_choice: { type: 'tool', name: 'get_time', disable_parallel_tool_use: true },
    });
    expect(reply).toMatchObject({
      role: 'assistant',
      stop_reason: 'end_turn',
      content: [{ type: 'text', text: 'Hello you' }],
    });
    // 12 tokens of prompt, 4 of them from the cache, which Anthropic counts apart.
    expect(reply.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 7 });
    expect(reply._request_id).toMatch(/^req_/);
    expect(upstream.lastCall.body).toMatchObject({
      model: 'mock-model',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hello' },
      ],
      max_completion_tokens: 64,
      temperature: 0,
      stop: ['END'],
      tools: [{ type: 'function', function: { name: 'get_weather' } }, { function: { name: 'get_time' } }],
      tool_choice: { type: 'function', function: { name: 'get_time' } },
      parallel_tool_calls: false,
    });
  });

  it.each([0, 1, 7])(
    'streams reasoning, text and interleaved parallel calls, cut to pieces of %s bytes',
    async (chunkBytes) => {
      const parts = [
        { reasoning: ['Let me ', 'think.'] },
        { text: ['Hello', ' wörld', ' 🙂'] },
        { tools: calls },
      ];
      upstream.reply({ stream: openAiStream(parts), chunkBytes });
      const stream = client.messages.stream({ ...base, tools });
      const kinds: string[] = [];
      stream.on('streamEvent', (event) => kinds.push(event.type));
      const message = await stream.finalMessage();
      expect(message.content).toMatchObject([
        { type: 'thinking', thinking: 'Let me think.' },
        { type: 'text', text: 'Hello wörld 🙂' },
        { type: 'tool_use', id: 'call_1', name: 'get_weather', input: { city: 'Paris' } },
        { type: 'tool_use', id: 'call_2', name: 'get_time', input: { zone: 'CET' } },
      ]);
      expect(message.stop_reason).toBe('tool_use');
      expect(message.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 7 });
      expect(kinds.filter((kind) => kind === 'message_start')).toHaveLength(1);
      expect(kinds.at(-1)).toBe('message_stop');
    },
  );

  it('sends a history of tools with images back, results in place', async () => {
    upstream.reply({ body: openAiReply([{ text: ['A cat.'] }]) });
    const image = {
      type: 'image' as const,
      source: { type: 'base64' as const, media_type: 'image/png' as const, data: 'iVBORw0KGgo=' },
    };
    await client.messages.create({
      ...base,
      messages: [
        ...messages,
        {
          role: 'assistant',
          content: [{ type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'it' } }],
        },
        {
          role: 'user',
          content: [
            {
              type: 'tool_result',
              tool_use_id: 'toolu_1',
              is_error: true,
              content: [{ type: 'text', text: 'dark' }, image],
            },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
    });
    expect(upstream.lastCall.body).toMatchObject({
      messages: [
        { role: 'user', content: 'Hello' },
        {
          role: 'assistant',
          tool_calls: [{ id: 'toolu_1', function: { name: 'look', arguments: '{"at":"it"}' } }],
        },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'Error: dark' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
            { type: 'text', text: 'Well?' },
          ],
        },
      ],
    });
  });

  it.each([
    [400, Anthropic.BadRequestError, 'invalid_request_error'],
    [401, Anthropic.InternalServerError, 'api_error'],
    [404, Anthropic.NotFoundError, 'not_found_error'],
    [429, Anthropic.RateLimitError, 'rate_limit_error'],
    [500, Anthropic.InternalServerError, 'api_error'],
    [503, Anthropic.InternalServerError, 'overloaded_error'],
  ])('tells an upstream error %s by its typed error', async (status, expected, type) => {
    upstream.reply(openAiError(status, {}, { 'retry-after': '3' }));
    const failure = await client.messages.create(base).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(expected);
    expect(failure).toMatchObject({ error: { type: 'error', error: { type } } });
  });

  it('tells a context that is too long in the words that its agents look for', async () => {
    upstream.reply(openAiError(400, { code: 'context_length_exceeded', message: 'Too many tokens.' }));
    await expect(client.messages.create(base)).rejects.toThrow('prompt is too long');
  });

  it.each([
    ['an error in the middle', openAiBrokenStream([{ text: ['Hel', 'lo'] }])],
    ['a stream without an end', openAiTruncatedStream([{ text: ['Hel', 'lo'] }])],
  ])('never takes %s for a success', async (_, frames) => {
    upstream.reply({ stream: frames });
    await expect(client.messages.stream(base).finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
  });

  it('counts tokens, and admits that it is an estimate', async () => {
    const { data, response } = await client.messages
      .countTokens({ model: 'mock-model', messages, tools })
      .withResponse();
    expect(data.input_tokens).toBeGreaterThan(10);
    expect(response.headers.get('x-dragoman-estimated')).toBe('true');
  });

  it('lists models page by page, where OpenAI clients get their own shape', async () => {
    const first = await client.models.list({ limit: 2 });
    expect(first.data).toHaveLength(2);
    expect(first.has_more).toBe(true);
    const all: string[] = [];
    for await (const model of client.models.list({ limit: 5 })) all.push(model.id);
    expect(all).toContain('mock-model');
    expect((await client.models.retrieve('mock-model')).type).toBe('model');
    const plain = await fetch(`${gateway.url}/v1/models`, {
      headers: { authorization: `Bearer ${gateway.key}` },
    });
    expect(await plain.json()).toMatchObject({ object: 'list' });
  });

  it('refuses wrong fields by name, and a wrong key', async () => {
    const wrong = client.messages.create({
      ...base,
      messages: [{ role: 'user', content: 7 as unknown as string }],
    });
    await expect(wrong).rejects.toThrow('messages[0].content must be a string or an array of blocks');
    await expect(
      client.messages.create({ ...base, max_tokens: undefined as unknown as number }),
    ).rejects.toThrow(/max_tokens/);
    const stranger = new Anthropic({ baseURL: gateway.url, apiKey: 'sk-wrong', maxRetries: 0 });
    await expect(stranger.messages.create(base)).rejects.toBeInstanceOf(Anthropic.AuthenticationError);
  });
});

describe('the official Anthropic SDK on the echo upstream', () => {
  it('runs a whole tool loop', async () => {
    const ask = (history: Anthropic.MessageParam[]) =>
      client.messages.create({ model: 'echo', max_tokens: 200, messages: history, tools: tools.slice(0, 1) });
    const question: Anthropic.MessageParam = { role: 'user', content: 'Use get_weather, please.' };
    const first = await ask([question]);
    expect(first.stop_reason).toBe('tool_use');
    const call = first.content.find((block) => block.type === 'tool_use');
    const result = { type: 'tool_result' as const, tool_use_id: call?.id ?? '', content: 'sunny' };
    const second = await ask([
      question,
      { role: 'assistant', content: first.content },
      { role: 'user', content: [result] },
    ]);
    expect(second.content).toMatchObject([
      { type: 'text', text: expect.stringContaining('sunny') as string },
    ]);
  });

  it('streams what it answers whole, with thinking when it is wished', async () => {
    const request = {
      model: 'echo',
      max_tokens: 4000,
      messages,
      thinking: { type: 'enabled' as const, budget_tokens: 1024 },
    };
    const whole = await client.messages.create(request);
    const streamed = await client.messages.stream(request).finalMessage();
    expect(streamed.content).toEqual(whole.content);
    expect(whole.content.map(({ type }) => type)).toEqual(['thinking', 'text']);
  });
});
