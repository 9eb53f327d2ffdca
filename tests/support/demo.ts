import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { gemini } from '@dragoman/plugin-gemini';
import { guard } from '@dragoman/plugin-guard';
import { openai } from '@dragoman/plugin-openai';
import { startGateway, type RunningGateway } from './gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

export interface Demo {
  readonly gateway: RunningGateway;
  readonly upstream: MockUpstream;
  /** The trace of an agent's request: a failed attempt, two calls of tools, one of them wrong. */
  readonly agentTrace: string;
  /** The conversation that it belongs to. */
  readonly thread: string;
  close(): Promise<void>;
}

const WEATHER = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'The weather in a city.',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['celsius', 'fahrenheit'] } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

const THREAD = 'weather';

const CALLS = [
  { id: 'call_1', name: 'get_weather', arguments: ['{"ci', 'ty":"Rome"', ',"units":"celsius"}'] },
  { id: 'call_2', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] },
];

/** A gateway that has seen a few things, for pictures and measures of the console. */
export async function startDemo(): Promise<Demo> {
  const upstream = await startMockUpstream();
  const options = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' };
  const gateway = await startGateway({
    plugins: [openai(), anthropic(), gemini(), echo(), guard()],
    hooks: [
      { id: 'privacy', hook: 'guard', options: { emails: 'mask', secrets: 'refuse' } },
      {
        id: 'cards',
        hook: 'guard',
        options: { creditCards: 'refuse' },
        shadow: true,
        on: { keys: ['team-*'] },
      },
    ],
    traces: { record: 'full' },
    routing: { policy: 'order' },
    prices: { 'gpt-5': { input: 1.25, output: 10 } },
    aliases: [
      {
        name: 'best',
        candidates: [{ upstream: 'openai', model: 'gpt-5' }],
        fallbacks: { default: ['azure/gpt-5'] },
      },
    ],
    upstreams: [
      { id: 'echo', provider: 'echo', options: { delayMs: 15 } },
      ...['openai', 'azure'].map((id) => ({ id, provider: 'openai', models: { list: ['gpt-5'] }, options })),
    ],
  });
  for (let at = 0; at < 30; at++) {
    const messages = [{ role: 'user', content: `Tell me about number ${at}.` }];
    await gateway.chat({ model: at % 10 === 9 ? 'echo-error-429' : 'echo', stream: at % 2 === 0, messages });
  }
  await gateway.createKey({ name: 'coding agent', limits: { requestsPerMinute: 60, costPerDay: 5 } });

  const thread = { 'x-thread-id': THREAD };
  const messages: object[] = [
    { role: 'system', content: 'You are a **helpful** assistant.' },
    { role: 'user', content: 'What is the weather in Rome and Oslo?' },
  ];
  upstream.reply(
    { status: 503, body: { error: { message: 'Overloaded.', type: 'error' } } },
    { stream: slowly(openAiStream([{ text: ['Let me ', 'look.'] }, { tools: CALLS }])) },
  );
  const agentTrace = await gateway.chat({ model: 'gpt-5', stream: true, messages, tools: [WEATHER] }, thread);
  messages.push(
    {
      role: 'assistant',
      content: 'Let me look.',
      tool_calls: CALLS.map(({ id, name, arguments: pieces }) => ({
        ...{ id, type: 'function', function: { name, arguments: pieces.join('') } },
      })),
    },
    { role: 'tool', tool_call_id: 'call_1', content: '{"degrees":25}' },
    { role: 'tool', tool_call_id: 'call_2', content: '{"degrees":5}' },
  );
  upstream.reply({ body: openAiReply([{ text: ['**Rome** 25 °C, **Oslo** 5 °C.'] }]) });
  await gateway.chat({ model: 'gpt-5', messages, tools: [WEATHER] }, thread);
  return {
    ...{ gateway, upstream, agentTrace, thread: THREAD },
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}

async function* slowly<T>(items: readonly T[]): AsyncGenerator<T> {
  for (const item of items) {
    await new Promise((resolve) => setTimeout(resolve, 40));
    yield item;
  }
}
