import Anthropic from '@anthropic-ai/sdk';
import type { JsonObject, JsonValue } from '@dragoman/core';
import { anthropic } from '@dragoman/plugin-anthropic';
import { describeProtocol } from './describe-protocol.ts';

const [protocol] = anthropic().protocols;

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
