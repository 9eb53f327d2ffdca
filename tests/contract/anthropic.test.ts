import Anthropic from '@anthropic-ai/sdk';
import type { JsonObject, JsonValue } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import {
  anthropicBrokenStream,
  anthropicError,
  anthropicStream,
  anthropicTruncatedStream,
} from '@dragoman/testing/upstreams';
import { describeProtocol, describeProvider } from '@dragoman/testing';

const {
  protocols: [protocol],
  providers: [provider],
} = anthropic();
const calls = [
  { id: 'toolu_1', name: 'get_weather', arguments: ['{"city":', '"Oslo"}'] },
  { id: 'toolu_2', name: 'get_time', arguments: ['{}'] },
];

const request: JsonObject = {
  model: 'echo',
  max_tokens: 100,
  stream: true,
  system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral', ttl: '1h' } }],
  messages: [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'Hello' },
        { type: 'image', source: { type: 'url', url: 'https://x.example/a.png' } },
      ],
    },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'Hm.', signature: 'EqQB' },
        { type: 'tool_use', id: 'toolu_1', name: 'look', input: { at: 'it' } },
      ],
    },
    { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'dark' }] },
  ],
  tools: [{ name: 'look', description: 'Looks.', input_schema: { type: 'object' } }],
  tool_choice: { type: 'auto' },
  thinking: { type: 'enabled', budget_tokens: 1024 },
  output_config: { effort: 'low', format: { type: 'json_schema', schema: { type: 'object' } } },
  temperature: 0,
  stop_sequences: ['END'],
  metadata: { user_id: 'u' },
};

/** What can be compared of a message, whole or assembled. */
function project(message: JsonObject): JsonObject {
  const { id, role, model, content, stop_reason, stop_sequence, usage } = message;
  const { input_tokens, cache_read_input_tokens, output_tokens } = usage as JsonObject;
  return {
    id,
    role,
    model,
    content,
    stop_reason,
    stop_sequence,
    usage: { input_tokens, cache_read_input_tokens, output_tokens },
  };
}

async function assemble(stream: string): Promise<JsonValue> {
  const client = new Anthropic({
    apiKey: 'none',
    maxRetries: 0,
    fetch: () => Promise.resolve(new Response(stream, { headers: { 'content-type': 'text/event-stream' } })),
  });
  const message = await client.messages.stream({ model: 'm', max_tokens: 1, messages: [] }).finalMessage();
  return project(JSON.parse(JSON.stringify(message)) as JsonObject);
}

describeProtocol('anthropic', {
  protocol,
  path: '/v1/messages',
  request,
  refused: [
    { change: { model: 7 }, field: 'model' },
    { change: { model: '' }, field: 'model' },
    { change: { max_tokens: null }, field: 'max_tokens' },
    { change: { max_tokens: -1 }, field: 'max_tokens' },
    { change: { messages: [] }, field: 'messages' },
    { change: { messages: [{ role: 'alien', content: 'x' }] }, field: 'messages[0].role' },
    { change: { messages: [{ role: 'user', content: 7 }] }, field: 'messages[0].content' },
    {
      change: { messages: [{ role: 'user', content: [{ type: 'image' }] }] },
      field: 'messages[0].content[0].source',
    },
    { change: { tools: [{ description: 'x' }] }, field: 'tools[0].name' },
    { change: { tool_choice: { type: 'sometimes' } }, field: 'tool_choice.type' },
    { change: { thinking: { type: 'deeply' } }, field: 'thinking.type' },
    { change: { output_config: { effort: 'huge' } }, field: 'output_config.effort' },
    { change: { stop_sequences: 'END' }, field: 'stop_sequences' },
  ],
  replies: { parts: ['text', 'reasoning', 'tool-call'] },
  assemble,
  project,
  statuses: { overloaded: 529 },
});

describeProvider('anthropic', {
  type: provider,
  options: (url) => ({ baseUrl: url, apiKey: 'sk-ant-of-the-upstream' }),
  secrets: ['sk-ant-of-the-upstream'],
  answers: [
    {
      name: 'with text',
      reply: { stream: anthropicStream([{ text: ['Hel', 'lo wörld 🙂'] }]) },
      expected: {
        choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello wörld 🙂' }] }],
        usage: { input: 12, output: 7, cacheRead: 4 },
      },
    },
    {
      name: 'with calls after thinking',
      reply: {
        stream: anthropicStream([{ reasoning: ['Let me', ' see.'], signature: 'EqQB' }, { tools: calls }]),
      },
      expected: {
        choices: [
          {
            reason: 'tool-use',
            content: [
              { type: 'reasoning', text: 'Let me see.', opaque: { protocol: 'anthropic', data: 'EqQB' } },
              { id: 'toolu_1', name: 'get_weather', arguments: '{"city":"Oslo"}' },
              { id: 'toolu_2', name: 'get_time', arguments: '{}' },
            ],
          },
        ],
      },
    },
    {
      name: 'cut by the length, compressed',
      reply: { stream: anthropicStream([{ text: ['Hel'] }], 'max_tokens'), gzip: true },
      expected: { choices: [{ reason: 'max-tokens' }] },
    },
  ],
  failures: [
    {
      name: 'its key is refused',
      reply: anthropicError(401, 'authentication_error', {
        message: 'invalid x-api-key sk-ant-of-the-upstream',
      }),
      kind: 'upstream-auth',
    },
    { name: 'an unknown model', reply: anthropicError(404, 'not_found_error'), kind: 'upstream-model' },
    { name: 'a bad request', reply: anthropicError(400, 'invalid_request_error'), kind: 'invalid' },
    {
      name: 'a full context',
      reply: anthropicError(400, 'invalid_request_error', {
        message: 'prompt is too long: 300000 tokens > 200000 maximum',
      }),
      kind: 'context-window',
    },
    {
      name: 'a rate limit',
      reply: anthropicError(429, 'rate_limit_error', {
        message: 'Slow down.',
        headers: { 'retry-after': '3' },
      }),
      kind: 'rate-limit',
      retryAfterMs: 3000,
    },
    { name: 'an overload', reply: anthropicError(529, 'overloaded_error'), kind: 'overloaded' },
    {
      name: 'a page of HTML',
      reply: { status: 502, rawBody: '<html>Bad gateway</html>' },
      kind: 'upstream-broken',
    },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    {
      name: 'no stop',
      reply: { stream: anthropicTruncatedStream([{ text: ['Hel'] }]) },
      kind: 'upstream-broken',
      midstream: true,
    },
    {
      name: 'an error in the stream',
      reply: { stream: anthropicBrokenStream([{ text: ['Hel'] }]) },
      kind: 'overloaded',
      midstream: true,
    },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { stream: anthropicTruncatedStream([{ text: ['Hel'] }]), hang: true } },
  ],
  models: {
    reply: { body: { data: [{ type: 'model', id: 'claude-a', display_name: 'Claude A' }], has_more: false } },
    ids: ['claude-a'],
  },
});
