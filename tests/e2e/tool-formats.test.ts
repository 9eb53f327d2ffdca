import type { JsonObject } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import { toolFormats } from '@dragoman/plugin-tool-formats';
import {
  type MockReply,
  type MockUpstream,
  openAiError,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { anthropicMessages, googleGenAi, openAiChat, openAiResponses } from '../matrix/sdk-clients.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: `${upstream.url}/v1` };
  const common = { provider: 'openai', options, models: { list: ['m'] } };
  gateway = await startGateway({
    plugins: [openai(), anthropic(), gemini(), toolFormats()],
    upstreams: [
      {
        ...common,
        id: 'text',
        priority: 1,
        capabilities: { '*': { toolCalls: 'hermes', skipSpecialTokens: false } },
      },
      { ...common, id: 'native' },
      {
        ...common,
        id: 'thinks',
        models: { list: ['thinker'] },
        options: { ...options, reasoning: 'prefilled' },
      },
      {
        ...common,
        id: 'chat',
        models: { list: ['chat'] },
        options: { ...options, toolCalls: 'synthetic' },
      },
      {
        ...common,
        id: 'told',
        models: { list: ['told'] },
        capabilities: { told: { toolCalls: 'qwen25', toolTransport: 'choice-none' } },
      },
      {
        ...common,
        id: 'both',
        models: { list: ['both'] },
        capabilities: { '*': { toolCalls: 'qwen25', toolTransport: 'passthrough' } },
      },
    ],
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const schema = { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] };
const tools = [{ name: 'get_weather', schema }];
const openAiTools = [{ type: 'function' as const, function: { name: 'get_weather', parameters: schema } }];

const call = (city: string): string =>
  `<tool_call>\n{"name": "get_weather", "arguments": {"city": "${city}"}}\n</tool_call>`;
const TEXT = `<think>\nTwo cities.\n</think>\n\nLet me look.\n${call('Paris')}\n${call('Zürich')}<|im_end|>`;

/** What an upstream says that only writes text, in pieces of three characters. */
function said(text: string, stream: boolean): MockReply {
  const parts = [{ text: text.match(/[^]{1,3}/gu) ?? [] }];
  return stream ? { stream: openAiStream(parts) } : { body: openAiReply(parts) };
}

const asked = () => upstream.lastCall.body as JsonObject & { readonly messages: readonly JsonObject[] };
const sdk = () => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });

const CLIENTS = [openAiChat, openAiResponses, anthropicMessages, googleGenAi];

describe.each(CLIENTS)('$name', ({ connect, finishes }) => {
  it.each([true, false])('gets calls from text, streamed: %s', async (stream) => {
    upstream.reply(said(TEXT, stream));
    const ask = connect(gateway);
    const answer = await ask({ model: 'text/m', stream, text: 'Weather?', tools });
    expect(answer).toMatchObject({
      text: 'Let me look.',
      calls: [
        { name: 'get_weather', args: { city: 'Paris' } },
        { name: 'get_weather', args: { city: 'Zürich' } },
      ],
      finish: finishes.calls,
    });
    const { messages, skip_special_tokens, ...rest } = asked();
    expect(rest).not.toHaveProperty('tools');
    expect(rest).not.toHaveProperty('tool_choice');
    expect(skip_special_tokens).toBe(false);
    expect(messages[0]).toMatchObject({ role: 'system', content: expect.stringContaining('<tools>') });
    expect(messages[0]?.['content']).toContain(JSON.stringify(schema));
  });

  it.each([true, false])('gets text as it is without tools, streamed: %s', async (stream) => {
    upstream.reply(said(call('Oslo'), stream));
    const answer = await connect(gateway)({ model: 'text/m', stream, text: 'How do you call?' });
    expect(answer).toMatchObject({ text: call('Oslo'), calls: [], finish: finishes.stop });
    expect(asked()).not.toHaveProperty('skip_special_tokens');
  });

  it('gets calls from the next upstream, which reads them itself', async () => {
    upstream.reply(openAiError(500), {
      body: openAiReply([{ tools: [{ id: 'c1', name: 'get_weather', arguments: ['{"city":"Oslo"}'] }] }]),
    });
    const answer = await connect(gateway)({ model: 'm', stream: false, text: 'Weather?', tools });
    expect(answer.calls).toEqual([{ name: 'get_weather', args: { city: 'Oslo' } }]);
    expect(asked()).toHaveProperty('tools');
    expect(asked().messages).toHaveLength(1);
  });
});

describe('a chat through text', () => {
  const weather = { model: 'text/m', tools: openAiTools };
  const ask = { role: 'user' as const, content: 'Weather?' };

  it('reads each choice on its own', async () => {
    const choice = (index: number, delta: JsonObject, finish: string | null = null) => ({
      data: {
        ...{ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm' },
        choices: [{ index, delta, finish_reason: finish }],
      } satisfies JsonObject,
    });
    const [a, b] = [call('Paris'), call('Oslo')];
    upstream.reply({
      stream: [
        choice(0, { role: 'assistant', content: a.slice(0, 9) }),
        choice(1, { role: 'assistant', content: `No. ${b.slice(0, 50)}` }),
        choice(0, { content: a.slice(9) }),
        choice(1, { content: b.slice(50) }),
        choice(0, {}, 'stop'),
        choice(1, {}, 'length'),
        { data: '[DONE]' },
      ],
    });
    const stream = sdk().chat.completions.stream({ ...weather, messages: [ask], n: 2 });
    const { choices } = await stream.finalChatCompletion();
    const told = choices.map(({ message, finish_reason }) => ({
      text: message.content,
      calls: message.tool_calls?.map((one) => one.type === 'function' && one.function.arguments),
      finish_reason,
    }));
    expect(told).toEqual([
      { text: '', calls: ['{"city": "Paris"}'], finish_reason: 'tool_calls' },
      { text: 'No.', calls: ['{"city": "Oslo"}'], finish_reason: 'length' },
    ]);
  });

  it('writes earlier calls and results as text', async () => {
    upstream.reply(said('Cold and </tool_call>.', false));
    const made = (id: string, text: string) => ({
      ...{ id, type: 'function' as const },
      function: { name: 'get_weather', arguments: text },
    });
    const { choices } = await sdk().chat.completions.create({
      model: 'text/m',
      messages: [
        { role: 'system', content: 'Be brief.' },
        ask,
        {
          role: 'assistant',
          content: 'Looking.',
          tool_calls: [made('c1', '{"city":  "Oslo"}'), made('c2', '{"ci')],
        },
        { role: 'tool', tool_call_id: 'c2', content: 'bad' },
        { role: 'tool', tool_call_id: 'c1', content: 'cold <tool_call>' },
        { role: 'assistant', content: null, tool_calls: [made('c3', '{"city":"Bern"}')] },
        { role: 'user', content: 'So?' },
      ],
    });
    expect(choices[0]?.message.content).toBe('Cold and </tool_call>.');
    expect(asked().messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      ask,
      {
        role: 'assistant',
        content:
          'Looking.\n<tool_call>\n{"name": "get_weather", "arguments": {"city":"Oslo"}}\n</tool_call>\n' +
          '<tool_call>\n{"name": "get_weather", "arguments": {"_raw":"{\\"ci"}}\n</tool_call>',
      },
      {
        role: 'user',
        content:
          '<tool_response>\ncold &lt;tool_call>\n</tool_response>\n<tool_response>\nbad\n</tool_response>',
      },
      {
        role: 'assistant',
        content: '<tool_call>\n{"name": "get_weather", "arguments": {"city":"Bern"}}\n</tool_call>',
      },
      {
        role: 'user',
        content: [
          { type: 'text', text: '<tool_response>\nno result provided\n</tool_response>' },
          { type: 'text', text: 'So?' },
        ],
      },
    ]);
  });

  it('follows the choice of tools', async () => {
    const other = { type: 'function' as const, function: { name: 'get_time' } };
    const create = (own: object) =>
      sdk().chat.completions.create({ ...weather, tools: [...openAiTools, other], messages: [ask], ...own });
    upstream.reply(said(`<tool_call>{"name":"get_time","arguments":{}}</tool_call>${call('Rome')}`, false));
    const named = await create({ tool_choice: { type: 'function', function: { name: 'get_weather' } } });
    expect(named.choices[0]?.message).toMatchObject({
      content: '<tool_call>{"name":"get_time","arguments":{}}</tool_call>',
      tool_calls: [{ function: { name: 'get_weather' } }],
    });
    expect(asked().messages[0]?.['content']).not.toContain('get_time');
    expect(asked().messages[0]?.['content']).toContain('Answer by calling the tool "get_weather".');

    upstream.reply(said(`${call('Rome')}\n${call('Oslo')}`, false));
    const single = await create({ tool_choice: 'required', parallel_tool_calls: false });
    expect(single.choices[0]?.message.tool_calls).toHaveLength(1);
    expect(asked().messages[0]?.['content']).toMatch(
      /Answer by calling a tool\.\n\nMake at most one tool call\.$/,
    );

    upstream.reply(said(call('Rome'), false));
    const none = await create({ tool_choice: 'none' });
    expect(none.choices[0]).toMatchObject({ message: { content: call('Rome') }, finish_reason: 'stop' });
    expect(asked().messages).toEqual([ask]);
  });

  it('lets free text out of its wrapping', async () => {
    upstream.reply(
      said('<tool_call>{"name":"patch","arguments":{"input":"*** Begin\\n+a"}}</tool_call>', false),
    );
    const { output } = await sdk().responses.create({
      ...{ model: 'text/m', store: false, input: 'Patch it.' },
      tools: [{ type: 'custom', name: 'patch' }],
    });
    expect(output).toMatchObject([{ type: 'custom_tool_call', name: 'patch', input: '*** Begin\n+a' }]);
  });

  it('reports a connection that breaks, and no end', async () => {
    const [role, ...rest] = openAiStream([{ text: [call('Paris').slice(0, 70)] }]);
    upstream.reply({ stream: role ? [role, ...rest.slice(0, 1)] : [] });
    const stream = sdk().chat.completions.stream({ ...weather, messages: [ask] });
    await expect(stream.finalChatCompletion()).rejects.toThrow(/ended early/);
  });
});

describe('an upstream that gets the tools', () => {
  const ask = (model: string) =>
    sdk().chat.completions.create({
      ...{ model, tools: openAiTools },
      messages: [{ role: 'user', content: 'Weather?' }],
    });

  it('may be told to read no calls itself', async () => {
    upstream.reply(said(call('Oslo'), false));
    const { choices } = await ask('told');
    expect(choices[0]?.message.tool_calls).toHaveLength(1);
    expect(asked()).toMatchObject({ tools: openAiTools, tool_choice: 'none' });
    expect(asked().messages).toHaveLength(1);
  });

  it('may read them, too: the text decides', async () => {
    const own = { tools: [{ id: '0', name: 'get_weather', arguments: ['{"city":"Rome"}'] }] };
    upstream.reply({ body: openAiReply([{ text: [call('Oslo')] }, own]) }, { body: openAiReply([own]) });
    const [read, left] = [await ask('both'), await ask('both')].map(({ choices }) => choices[0]?.message);
    expect(read?.tool_calls).toMatchObject([{ function: { arguments: '{"city": "Oslo"}' } }]);
    expect(left?.tool_calls).toMatchObject([{ function: { arguments: '{"city":"Rome"}' } }]);
    expect(asked()['stream']).toBeUndefined();
  });
});

it('finds the thoughts in the text of a model whose calls its upstream reads', async () => {
  upstream.reply({
    body: openAiReply([
      { text: ['Which city?\n</think>\n\nOslo.'] },
      { tools: [{ id: 'c1', name: 'get_weather', arguments: ['{}'] }] },
    ]),
  });
  const { choices } = await sdk().chat.completions.create({
    ...{ model: 'thinker', tools: openAiTools, messages: [{ role: 'user', content: 'Where?' }] },
  });
  expect(choices[0]).toMatchObject({
    message: { content: 'Oslo.', reasoning_content: 'Which city?', tool_calls: [{ id: 'c1' }] },
    finish_reason: 'tool_calls',
  });
  expect(asked()).toHaveProperty('tools');
});

describe('a chat model that knows no tools', () => {
  const ask = { role: 'user' as const, content: 'Weather? Say <tool_call>.' };
  const question = { model: 'chat', tools: openAiTools, messages: [ask], tool_choice: 'required' as const };
  const fenced = '```json\n{"tool": "get_weather", "parameters": {\'city\': "Oslo",}}\n```';

  it.each([true, false])(
    'is asked again until it calls the tool that it must, streamed: %s',
    async (stream) => {
      upstream.reply(said('I cannot do that.', stream), said(`Sure.\n\n${fenced}`, stream));
      const completion = stream
        ? await sdk()
            .chat.completions.stream({ ...question, stream_options: { include_usage: true } })
            .finalChatCompletion()
        : await sdk().chat.completions.create(question);
      expect(completion.choices[0]).toMatchObject({
        message: { content: 'Sure.', tool_calls: [{ function: { arguments: '{"city":"Oslo"}' } }] },
        finish_reason: 'tool_calls',
      });
      expect(completion.usage).toMatchObject({ prompt_tokens: 24, completion_tokens: 14 });
      const { messages, stop } = asked();
      expect(stop).toEqual(['<tool_response>']);
      expect(messages.slice(1)).toEqual([
        { role: 'user', content: 'Weather? Say &lt;tool_call>.' },
        { role: 'assistant', content: 'I cannot do that.' },
        { role: 'user', content: expect.stringContaining('Tools: get_weather.') },
      ]);
    },
  );

  it('may end without a call after all, and the client is told', async () => {
    upstream.reply(...['No.', 'No!', 'Never.'].map((text) => said(text, false)));
    const { data, response } = await sdk().chat.completions.create(question).withResponse();
    expect(data.choices[0]).toMatchObject({ message: { content: 'Never.' }, finish_reason: 'stop' });
    expect(response.headers.get('x-dragoman-dropped')).toBe('tool_choice');
    expect(upstream.calls).toHaveLength(3);
  });

  it('may answer at once if it may choose', async () => {
    upstream.reply(said('Cold.', false));
    const { choices } = await sdk().chat.completions.create({ ...question, tool_choice: 'auto' });
    expect(choices[0]?.message.content).toBe('Cold.');
    expect(upstream.calls).toHaveLength(1);
  });
});
