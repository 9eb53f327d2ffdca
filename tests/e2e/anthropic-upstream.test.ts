import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  anthropicBrokenStream,
  anthropicError,
  anthropicReply,
  anthropicStream,
  anthropicTruncatedStream,
  type MockUpstream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const calls = [
  { id: 'toolu_1', name: 'get_weather', arguments: ['{"city":', '"Paris"}'] },
  { id: 'toolu_2', name: 'get_time', arguments: [] },
];
const parts = [{ reasoning: ['Let me ', 'think.'] }, { text: ['Hello', ' wörld 🙂'] }, { tools: calls }];
const messages = [{ role: 'user' as const, content: 'Hello' }];

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: upstream.url, apiKey: 'sk-ant-up', betas: ['beta-of-the-gateway'] };
  const capabilities = { '*': { thinking: 'budget' as const } };
  const models = { list: ['claude'] };
  gateway = await startGateway({
    upstreams: [
      { id: 'fast', provider: 'anthropic', models, options },
      { id: 'slow', provider: 'anthropic', passThrough: false, models, capabilities, options },
    ],
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

describe('the official OpenAI SDK on an Anthropic upstream', () => {
  let client: OpenAI;
  beforeAll(() => {
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  });

  it('is told to the upstream in its own words', async () => {
    upstream.reply({ body: anthropicReply([{ text: ['Hi.'] }]) });
    const { data, response } = await client.chat.completions
      .create({
        model: 'slow/claude',
        max_completion_tokens: 8000,
        reasoning_effort: 'low',
        seed: 7,
        temperature: 1.7,
        messages: [
          { role: 'system', content: 'Be brief.' },
          {
            role: 'user',
            content: [
              { type: 'text', text: 'Look' },
              { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
            ],
          },
          {
            role: 'assistant',
            content: '',
            tool_calls: [
              { id: 'call:1', type: 'function', function: { name: 'get_weather', arguments: '' } },
            ],
          },
          { role: 'tool', tool_call_id: 'call:1', content: 'sunny' },
          { role: 'system', content: 'Answer in French.' },
        ],
        tools: [{ type: 'function', function: { name: 'get_weather' } }],
        tool_choice: 'auto',
        response_format: { type: 'json_schema', json_schema: { name: 'x', schema: { type: 'object' } } },
      })
      .withResponse();
    expect(data.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Hi.' } });
    expect(data.usage).toMatchObject({
      prompt_tokens: 12,
      completion_tokens: 7,
      prompt_tokens_details: { cached_tokens: 4 },
    });
    expect(upstream.lastCall.path).toBe('/v1/messages');
    expect(upstream.lastCall.headers).toMatchObject({
      'x-api-key': 'sk-ant-up',
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'beta-of-the-gateway',
    });
    const { messages: sent, ...body } = upstream.lastCall.body as Record<string, unknown>;
    expect(body).toEqual({
      model: 'claude',
      max_tokens: 8000,
      system: [{ type: 'text', text: 'Be brief.' }],
      thinking: { type: 'enabled', budget_tokens: 2048 },
      tools: [{ name: 'get_weather', input_schema: { type: 'object', properties: {} } }],
      tool_choice: { type: 'auto' },
      output_config: {
        format: { type: 'json_schema', schema: { type: 'object', additionalProperties: false } },
      },
    });
    const [, call, result] = sent as { content: { id?: string; tool_use_id?: string }[] }[];
    expect(call?.content[0]?.id).toMatch(/^call_1_[0-9a-f]{6}$/);
    expect(result?.content[0]?.tool_use_id).toBe(call?.content[0]?.id);
    expect(sent).toMatchObject([
      { role: 'user', content: [{ text: 'Look' }, { type: 'image', source: { media_type: 'image/png' } }] },
      { role: 'assistant', content: [{ type: 'tool_use', name: 'get_weather', input: {} }] },
      {
        role: 'user',
        content: [
          { type: 'tool_result', content: [{ text: 'sunny' }] },
          { text: expect.stringContaining('Answer in French.') as string },
        ],
      },
    ]);
    const dropped = response.headers.get('x-dragoman-dropped')?.split(', ');
    expect(dropped).toEqual(expect.arrayContaining(['seed', 'temperature']));
  });

  it.each([0, 1, 7])(
    'streams thinking, text and parallel calls, cut to pieces of %s bytes',
    async (chunkBytes) => {
      upstream.reply({ stream: anthropicStream(parts), chunkBytes });
      const final = await client.chat.completions
        .stream({ model: 'slow/claude', messages, stream_options: { include_usage: true } })
        .finalChatCompletion();
      expect(final.choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: {
          content: 'Hello wörld 🙂',
          tool_calls: [
            { id: 'toolu_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
            { id: 'toolu_2', function: { name: 'get_time', arguments: '{}' } },
          ],
        },
      });
      expect(final.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 7 });
    },
  );

  it('gets the thought back to its owner in a loop of tools, though it keeps none of it', async () => {
    const tools = [{ type: 'function' as const, function: { name: 'get_weather' } }];
    const request = { model: 'slow/claude', reasoning_effort: 'low' as const, tools };
    upstream.reply({ stream: anthropicStream(parts) });
    const first = await client.chat.completions.stream({ ...request, messages }).finalChatCompletion();
    const [call] = first.choices[0]?.message.tool_calls ?? [];
    if (!call) throw new Error('The stream held no call.');
    upstream.reply({ body: anthropicReply([{ text: ['Sunny.'] }]) });
    await client.chat.completions.create({
      ...request,
      messages: [
        ...messages,
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'toolu_1', content: 'sunny' },
      ],
    });
    expect(upstream.lastCall.body).toMatchObject({
      thinking: { type: 'enabled' },
      messages: [
        {},
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Let me think.', signature: 'EqQBmock' },
            { type: 'tool_use', id: 'toolu_1' },
          ],
        },
        {},
      ],
    });
  });

  it('does not think on in a loop of tools whose thought nobody knows', async () => {
    upstream.reply({ body: anthropicReply([{ text: ['Sunny.'] }]) });
    const call = {
      id: 'toolu_9',
      type: 'function',
      function: { name: 'get_weather', arguments: '{}' },
    } as const;
    await client.chat.completions.create({
      model: 'slow/claude',
      reasoning_effort: 'low',
      messages: [
        ...messages,
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'toolu_9', content: 'sunny' },
      ],
    });
    expect(upstream.lastCall.body).not.toHaveProperty('thinking');
  });

  it('never takes a broken or truncated stream for a success', async () => {
    for (const stream of [
      anthropicBrokenStream([{ text: ['Hel'] }]),
      anthropicTruncatedStream([{ text: ['Hel'] }]),
    ]) {
      upstream.reply({ stream });
      const run = client.chat.completions.stream({ model: 'slow/claude', messages });
      await expect(run.finalChatCompletion()).rejects.toBeInstanceOf(OpenAI.APIError);
    }
  });

  it('refuses what the upstream cannot do, by name', async () => {
    const many = client.chat.completions.create({ model: 'slow/claude', messages, n: 2 });
    await expect(many).rejects.toMatchObject({ status: 400, param: 'n' });
    expect(upstream.calls).toEqual([]);
  });
});

describe.each([
  { way: 'passed through', model: 'fast/claude' },
  { way: 'translated', model: 'slow/claude' },
])('the official Anthropic SDK on an Anthropic upstream, $way', ({ model }) => {
  let client: Anthropic;
  const base = { model, max_tokens: 3000, messages };
  beforeAll(() => {
    client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
  });

  it.each([0, 1, 7])('streams everything, signatures too, cut to pieces of %s bytes', async (chunkBytes) => {
    upstream.reply({ stream: anthropicStream(parts), chunkBytes });
    const message = await client.messages.stream(base).finalMessage();
    expect(message.content).toMatchObject([
      { type: 'thinking', thinking: 'Let me think.', signature: 'EqQBmock' },
      { type: 'text', text: 'Hello wörld 🙂' },
      { type: 'tool_use', id: 'toolu_1', input: { city: 'Paris' } },
      { type: 'tool_use', id: 'toolu_2', input: {} },
    ]);
    expect(message.stop_reason).toBe('tool_use');
    expect(message.usage).toMatchObject({ input_tokens: 8, cache_read_input_tokens: 4, output_tokens: 7 });
  });

  it('gives thinking back to its owner byte by byte', async () => {
    upstream.reply({ body: anthropicReply([{ text: ['ok'] }]) });
    const thinking = { type: 'thinking' as const, thinking: '', signature: 'EqQB+/own==' };
    await client.messages.create({
      ...base,
      messages: [
        ...messages,
        { role: 'assistant', content: [thinking, { type: 'text', text: 'Yes' }] },
        ...messages,
      ],
    });
    expect(upstream.lastCall.body).toMatchObject({
      model: 'claude',
      messages: [{}, { content: [thinking, { text: 'Yes' }] }, {}],
    });
  });

  it('tells errors, and streams that break off', async () => {
    upstream.reply(anthropicError(529, 'overloaded_error'));
    await expect(client.messages.create(base)).rejects.toMatchObject({ status: 529 });
    for (const stream of [
      anthropicBrokenStream([{ text: ['Hel'] }]),
      anthropicTruncatedStream([{ text: ['Hel'] }]),
    ]) {
      upstream.reply({ stream });
      await expect(client.messages.stream(base).finalMessage()).rejects.toBeInstanceOf(Anthropic.APIError);
    }
  });

  it('counts tokens by the upstream', async () => {
    upstream.reply({ body: { input_tokens: 42 } });
    const { data, response } = await client.messages.countTokens({ model, messages }).withResponse();
    expect(data.input_tokens).toBe(42);
    expect(response.headers.has('x-dragoman-estimated')).toBe(false);
    expect(upstream.lastCall.body).not.toHaveProperty('max_tokens');
  });
});
