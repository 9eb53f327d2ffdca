import type { JsonObject, JsonValue } from '@dragoman/plugin';
import { describeProtocol } from '@dragoman/testing';
import { Ollama, type ChatResponse } from 'ollama';
import { ollamaProtocol } from '../support/ollama/ollama.ts';

const request: JsonObject = {
  model: 'llama',
  messages: [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hello', images: ['iVBORAAA'] },
    {
      role: 'assistant',
      content: 'Let me see.',
      thinking: 'Hm.',
      tool_calls: [{ function: { name: 'look', arguments: { at: 'it' } } }],
    },
    { role: 'tool', content: 'dark', tool_name: 'look' },
  ],
  tools: [{ type: 'function', function: { name: 'look', description: 'Looks.', parameters: {} } }],
  options: { temperature: 0, top_p: 0.5, top_k: 3, seed: 1, num_predict: 100, stop: ['END'] },
  format: { type: 'object' },
  think: 'low',
};

/** What can be compared: how long it took means nothing. */
function project({ message, ...last }: Pick<ChatResponse, 'message'> & Partial<ChatResponse>): JsonValue {
  const { content, thinking = '', tool_calls: calls = [] } = message;
  const { done_reason: reason = '', prompt_eval_count: input = 0, eval_count: output = 0 } = last;
  return { content, thinking, calls: calls as unknown as JsonValue, reason, input, output };
}

/** Reads a stream as the SDK does. */
async function assemble(stream: string): Promise<JsonValue> {
  const client = new Ollama({ fetch: () => Promise.resolve(new Response(stream)) });
  const whole: ChatResponse['message'] = { role: 'assistant', content: '', thinking: '', tool_calls: [] };
  let last: Partial<ChatResponse> = {};
  for await (const chunk of await client.chat({ model: 'llama', messages: [], stream: true })) {
    const { content, thinking = '', tool_calls: calls = [] } = chunk.message;
    whole.content += content;
    whole.thinking += thinking;
    whole.tool_calls?.push(...calls);
    last = chunk;
  }
  return project({ ...last, message: whole });
}

describeProtocol('ollama, whose streams are lines of JSON', {
  protocol: ollamaProtocol,
  path: '/api/chat',
  request,
  refused: [
    { change: { model: 7 }, field: 'model' },
    { change: { messages: 'Hello' }, field: 'messages' },
    { change: { think: 'a lot' }, field: 'think' },
    { change: { options: { top_k: 0.5 } }, field: 'options.top_k' },
  ],
  replies: {},
  assemble,
  project: (body) => project(body as unknown as ChatResponse),
});
