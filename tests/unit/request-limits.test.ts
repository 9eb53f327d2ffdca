import type { JsonObject, JsonValue } from '@dragoman/plugin';
import { describe, expect, it } from 'vitest';
import { chatEndpoint, inputOf } from '../support/chat-endpoint.ts';
import { leastCpuMs } from '../support/cpu-time.ts';

const times = (n: number, make: (at: number) => JsonValue): readonly JsonValue[] =>
  Array.from({ length: n }, (_, at) => make(at));

const TEXT = 'x'.repeat(60);

const chat = (messages: readonly JsonValue[], more: JsonObject = {}): JsonObject => ({ messages, ...more });
const chatCall = (at: number): JsonObject => ({
  id: `call_${at}`,
  type: 'function',
  function: { name: 'f', arguments: `{"text":"${TEXT}"}` },
});
const hi = { role: 'user', content: 'hi' };
const use = (at: number): JsonObject => ({
  type: 'tool_use',
  id: `call_${at}`,
  name: 'f',
  input: { text: TEXT },
});
const functionCall = (at: number): JsonObject => ({
  functionCall: { id: `call_${at}`, name: 'f', args: { text: TEXT } },
});
const item = (at: number): JsonObject => ({
  type: 'function_call',
  call_id: `call_${at}`,
  name: 'f',
  arguments: '{}',
});
const textPart = { type: 'text', text: 'a' };

const ENTRIES = 'must not have more than 10,000 entries';
const CALLS = 'exceeds the limit of 10,000 tool calls per request';
const TOTAL = 'exceeds the limit of 50,000 list entries per request';

/** Requests that say too much, and what is told of them. */
const CASES: readonly (readonly [wire: string, what: string, body: JsonObject, message: string])[] = [
  ['openai-chat', 'messages', chat(times(10_001, () => hi)), `messages ${ENTRIES}.`],
  [
    'openai-chat',
    '40,000 calls of one turn',
    chat([hi, { role: 'assistant', tool_calls: times(40_000, chatCall) }]),
    `messages[1].tool_calls ${ENTRIES}.`,
  ],
  [
    'openai-chat',
    'calls of several turns',
    chat([hi, ...times(3, () => ({ role: 'assistant', tool_calls: times(4_000, chatCall) }))]),
    `messages[3].tool_calls[2000] ${CALLS}.`,
  ],
  [
    'openai-chat',
    'parts of one message',
    chat([{ role: 'user', content: times(100_000, () => textPart) }]),
    `messages[0].content ${ENTRIES}.`,
  ],
  [
    'openai-chat',
    'parts of many messages',
    chat(times(200, () => ({ role: 'user', content: times(300, () => textPart) }))),
    `messages[166].content ${TOTAL}.`,
  ],
  ['openai-chat', 'tools', chat([hi], { tools: times(100_000, () => ({})) }), `tools ${ENTRIES}.`],
  ['openai-chat', 'stop sequences', chat([hi], { stop: times(100_000, String) }), `stop ${ENTRIES}.`],
  ['openai-responses', 'items', { input: times(40_000, item) }, `input ${ENTRIES}.`],
  ['openai-responses', 'tools', { input: 'hi', tools: times(20_000, () => ({})) }, `tools ${ENTRIES}.`],
  ['anthropic', 'messages', chat(times(20_000, () => hi)), `messages ${ENTRIES}.`],
  [
    'anthropic',
    '40,000 calls of one turn',
    chat([hi, { role: 'assistant', content: times(40_000, use) }]),
    `messages[1].content ${ENTRIES}.`,
  ],
  [
    'anthropic',
    'calls of several turns',
    chat([hi, ...times(2, () => ({ role: 'assistant', content: times(6_000, use) }))]),
    `messages[2].content[4000] ${CALLS}.`,
  ],
  [
    'gemini',
    'contents',
    { contents: times(20_000, () => ({ parts: [{ text: 'a' }] })) },
    `contents ${ENTRIES}.`,
  ],
  [
    'gemini',
    '40,000 calls of one turn',
    { contents: [{ role: 'model', parts: times(40_000, functionCall) }] },
    `contents[0].parts ${ENTRIES}.`,
  ],
];

describe('a request that lists too much', () => {
  it.each(CASES)('is refused by %s by the name of its field: %s', (wire, _, body, message) => {
    const decode = () => chatEndpoint(wire).decodeRequest(inputOf(body));
    const field = message.slice(0, message.indexOf(' '));
    expect(decode).toThrow(
      expect.objectContaining({
        kind: 'invalid',
        message,
        details: { field, code: 'array_above_max_length' },
      }),
    );
  });

  it.each(CASES)('is refused by %s before the work: %s', async (wire, _, body) => {
    const input = inputOf(body);
    const decode = (): void => {
      expect(() => chatEndpoint(wire).decodeRequest(input)).toThrow();
    };
    expect(await leastCpuMs(decode, 3)).toBeLessThan(200);
  });

  it('may list as much as that', () => {
    const body = chat(
      times(10_000, () => hi),
      { tools: times(5_000, (at) => ({ type: 'function', function: { name: `f${at}` } })) },
    );
    expect(chatEndpoint('openai-chat').decodeRequest(inputOf(body)).messages).toHaveLength(10_000);
  });
});
