import type { JsonObject } from '@dragoman/plugin';
import type { MockReply } from '../upstreams/mock-reply.ts';
import type { OpenAiPart } from './openai-frames.ts';
import type { Frame } from '../upstreams/wire-frames.ts';

/** A piece of a message: as of OpenAI's, but reasoning may be signed. */
export type AnthropicPart =
  | OpenAiPart
  | { readonly reasoning: readonly string[]; readonly signature: string };

const USAGE = {
  input_tokens: 8,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 4,
  output_tokens: 7,
};

const frame = (type: string, fields: JsonObject): Frame => ({ event: type, data: { type, ...fields } });

function head(usage: JsonObject): JsonObject {
  const base = { id: 'msg_mock', type: 'message', role: 'assistant', model: 'mock-model', content: [] };
  return { ...base, stop_reason: null, stop_sequence: null, usage };
}

interface WireBlock {
  readonly start: JsonObject;
  readonly deltas: readonly JsonObject[];
  readonly whole: JsonObject;
}

function blocksOf(part: AnthropicPart): readonly WireBlock[] {
  if ('text' in part || 'refusal' in part) {
    const texts = 'text' in part ? part.text : part.refusal;
    const deltas = texts.map((text) => ({ type: 'text_delta', text }));
    return [{ start: { type: 'text', text: '' }, deltas, whole: { type: 'text', text: texts.join('') } }];
  }
  if ('reasoning' in part) {
    const signature = 'signature' in part ? part.signature : 'EqQBmock';
    const deltas = part.reasoning.map((thinking) => ({ type: 'thinking_delta', thinking }));
    return [
      {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [...deltas, { type: 'signature_delta', signature }],
        whole: { type: 'thinking', thinking: part.reasoning.join(''), signature },
      },
    ];
  }
  return part.tools.map(({ id, name, arguments: fragments }) => ({
    start: { type: 'tool_use', id, name, input: {} },
    deltas: fragments.map((partial_json) => ({ type: 'input_json_delta', partial_json })),
    whole: { type: 'tool_use', id, name, input: JSON.parse(fragments.join('') || '{}') as JsonObject },
  }));
}

const stopOf = (parts: readonly AnthropicPart[]): string =>
  parts.some((part) => 'tools' in part) ? 'tool_use' : 'end_turn';

/** A whole stream as Anthropic sends it. */
export function anthropicStream(parts: readonly AnthropicPart[], stop = stopOf(parts)): readonly Frame[] {
  return [
    ...anthropicTruncatedStream(parts),
    frame('message_delta', { delta: { stop_reason: stop, stop_sequence: null }, usage: USAGE }),
    frame('message_stop', {}),
  ];
}

/** A stream that ends without stop reason and `message_stop`. */
export function anthropicTruncatedStream(parts: readonly AnthropicPart[]): readonly Frame[] {
  const blocks = parts.flatMap(blocksOf);
  return [
    frame('message_start', { message: head({ ...USAGE, output_tokens: 1 }) }),
    frame('ping', {}),
    ...blocks.flatMap(({ start, deltas }, index) => [
      frame('content_block_start', { index, content_block: start }),
      ...deltas.map((delta) => frame('content_block_delta', { index, delta })),
      frame('content_block_stop', { index }),
    ]),
  ];
}

/** A stream that breaks off with an error of the upstream. */
export function anthropicBrokenStream(parts: readonly AnthropicPart[]): readonly Frame[] {
  const error = { type: 'overloaded_error', message: 'Overloaded' };
  return [...anthropicTruncatedStream(parts).slice(0, -1), frame('error', { error })];
}

export function anthropicReply(parts: readonly AnthropicPart[], stop = stopOf(parts)): JsonObject {
  return { ...head(USAGE), content: parts.flatMap(blocksOf).map(({ whole }) => whole), stop_reason: stop };
}

export interface AnthropicErrorOptions {
  readonly message?: string;
  readonly headers?: MockReply['headers'];
}

export function anthropicError(
  status: number,
  type: string,
  { message = `Mock error ${status}`, headers = {} }: AnthropicErrorOptions = {},
): MockReply {
  return {
    status,
    headers: { 'request-id': 'req_mock', ...headers },
    body: { type: 'error', error: { type, message } },
  };
}
