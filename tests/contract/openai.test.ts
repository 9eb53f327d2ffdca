import { isJsonObject, type JsonObject, type JsonValue } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import OpenAI from 'openai';
import {
  openAiBrokenStream,
  openAiError,
  openAiModels,
  openAiStream,
  openAiTruncatedStream,
} from '@dragoman/testing/upstreams';
import { describeProtocol, describeProvider } from '@dragoman/testing';

const { protocols, providers } = openai();
const calls = [
  { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] },
  { id: 'call_2', name: 'get_time', arguments: ['{}'] },
];

describeProvider('openai', {
  type: providers[0],
  options: (url) => ({
    baseUrl: `${url}/v1`,
    apiKey: 'sk-of-the-upstream',
    headers: { 'x-proxy': 'key-of-the-proxy' },
  }),
  secrets: ['sk-of-the-upstream', 'key-of-the-proxy'],
  answers: [
    {
      name: 'with text',
      reply: { stream: openAiStream([{ text: ['Hel', 'lo wörld 🙂'] }]) },
      expected: {
        choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello wörld 🙂' }] }],
        usage: { input: 12, output: 7, cacheRead: 4, reasoning: 2 },
      },
    },
    {
      name: 'with calls after reasoning',
      reply: { stream: openAiStream([{ reasoning: ['Let me', ' see.'] }, { tools: calls }]) },
      expected: {
        choices: [
          {
            reason: 'tool-use',
            content: [
              { type: 'reasoning', text: 'Let me see.' },
              { id: 'call_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
              { id: 'call_2', name: 'get_time', arguments: '{}' },
            ],
          },
        ],
      },
    },
    {
      name: 'with a refusal',
      reply: { stream: openAiStream([{ refusal: ['I', ' cannot.'] }]) },
      expected: { choices: [{ content: [{ type: 'refusal', text: 'I cannot.' }] }] },
    },
    {
      name: 'cut by the length, compressed',
      reply: { stream: openAiStream([{ text: ['Hel'] }], { finish: 'length' }), gzip: true },
      expected: { choices: [{ reason: 'max-tokens' }] },
    },
  ],
  failures: [
    {
      name: 'its key is refused',
      reply: openAiError(401, { message: 'Incorrect API key: sk-of-the-upstream' }),
      kind: 'upstream-auth',
    },
    {
      name: 'an unknown model',
      reply: openAiError(404, { code: 'model_not_found' }),
      kind: 'upstream-model',
    },
    { name: 'a bad request', reply: openAiError(400), kind: 'invalid' },
    {
      name: 'a full context',
      reply: openAiError(400, { code: 'context_length_exceeded' }),
      kind: 'context-window',
    },
    {
      name: 'a rate limit',
      reply: openAiError(429, {}, { 'retry-after': '3' }),
      kind: 'rate-limit',
      retryAfterMs: 3000,
    },
    {
      name: 'a page of HTML',
      reply: { status: 502, rawBody: '<html>Bad gateway</html>' },
      kind: 'upstream-broken',
    },
    { name: 'an overload', reply: openAiError(503), kind: 'overloaded' },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    {
      name: 'no finish',
      reply: { stream: openAiTruncatedStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'a cut connection',
      reply: { stream: openAiTruncatedStream([{ text: ['Hel'] }]), cut: true },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'an error in the stream',
      reply: { stream: openAiBrokenStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { stream: openAiTruncatedStream([{ text: ['Hel'] }]), hang: true } },
  ],
  models: { reply: { body: openAiModels(['gpt-a', 'gpt-b']) }, ids: ['gpt-a', 'gpt-b'] },
});

describeProtocol('openai-chat', {
  protocol: protocols[0],
  path: '/v1/chat/completions',
  request: {
    model: 'm',
    stream: true,
    stream_options: { include_usage: true },
    messages: [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Hi' },
          { type: 'image_url', image_url: { url: 'https://example.com/a.png' } },
        ],
      },
      {
        role: 'assistant',
        content: null,
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: 'done' },
    ],
    tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
    tool_choice: { type: 'function', function: { name: 'f' } },
    response_format: { type: 'json_schema', json_schema: { name: 's', schema: { type: 'object' } } },
    temperature: 0.5,
    max_completion_tokens: 10,
    stop: ['x'],
    n: 2,
    logit_bias: { 7: 1 },
    metadata: { a: 'b' },
    reasoning_effort: 'low',
  },
  refused: [
    { change: { model: 1 }, field: 'model' },
    { change: { messages: 'hi' }, field: 'messages' },
    { change: { messages: [{ role: 'user', content: 5 }] }, field: 'messages[0].content' },
    { change: { messages: [{ role: 'king', content: 'hi' }] }, field: 'messages[0].role' },
    { change: { stream: 'yes' }, field: 'stream' },
    { change: { temperature: '1' }, field: 'temperature' },
    { change: { max_completion_tokens: 1.5 }, field: 'max_completion_tokens' },
    { change: { tools: [{ type: 'magic' }] }, field: 'tools[0].type' },
    { change: { tool_choice: 'perhaps' }, field: 'tool_choice' },
    { change: { stop: [1] }, field: 'stop[0]' },
    { change: { response_format: { type: 'xml' } }, field: 'response_format.type' },
    { change: { logit_bias: { 7: 'x' } }, field: 'logit_bias.7' },
  ],
  replies: { parts: ['text', 'reasoning', 'refusal', 'tool-call'], choices: 3 },
  assemble: assembleStream,
  project: (body) => ({ choices: listOf(body['choices']).map(projectChoice), usage: body['usage'] ?? null }),
  statuses: { billing: 429 },
});

/** Reads the chunks with the official SDK; its own assembly knows no `reasoning_content`. */
async function assembleStream(stream: string): Promise<JsonValue> {
  const headers = { 'content-type': 'text/event-stream' };
  const client = new OpenAI({
    apiKey: 'none',
    maxRetries: 0,
    fetch: async () => new Response(stream, { headers }),
  });
  const chunks = await client.chat.completions.create({ model: 'm', messages: [], stream: true });
  const choices: Message[] = [];
  let usage: JsonValue = null;
  for await (const chunk of chunks) {
    usage = (chunk.usage ?? usage) as JsonValue;
    for (const { index, delta, finish_reason: finish } of chunk.choices) {
      const message = (choices[index] ??= {
        content: '',
        reasoning: '',
        refusal: '',
        calls: [],
        finish: null,
      });
      addDelta(message, delta as JsonObject);
      message.finish = finish ?? message.finish;
    }
  }
  return { choices: choices.map((choice) => ({ ...choice })), usage };
}

interface Message {
  content: string;
  reasoning: string;
  refusal: string;
  calls: { id: JsonValue; name: JsonValue; arguments: string }[];
  finish: string | null;
}

function addDelta(message: Message, delta: JsonObject): void {
  message.content += textOf(delta['content']);
  message.reasoning += textOf(delta['reasoning_content']);
  message.refusal += textOf(delta['refusal']);
  for (const call of listOf(delta['tool_calls'])) {
    const { id = null, index, function: called } = call;
    if (!isJsonObject(called)) continue;
    const known = (message.calls[Number(index)] ??= { id, name: called['name'] ?? null, arguments: '' });
    known.arguments += textOf(called['arguments']);
  }
}

function projectChoice({ message, finish_reason: finish = null }: JsonObject): JsonObject {
  const fields = isJsonObject(message) ? message : {};
  return {
    content: textOf(fields['content']),
    reasoning: textOf(fields['reasoning_content']),
    refusal: textOf(fields['refusal']),
    calls: listOf(fields['tool_calls']).map(({ id = null, function: called }) => ({
      id,
      ...(called as JsonObject),
    })),
    finish,
  };
}

function listOf(value: JsonValue | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? (value as readonly JsonObject[]) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
