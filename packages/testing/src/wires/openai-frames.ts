import type { JsonObject, JsonValue } from '@dragoman/plugin';
import type { MockReply } from '../upstreams/mock-reply.ts';
import type { Frame } from '../upstreams/wire-frames.ts';

export interface OpenAiToolCall {
  readonly id: string;
  readonly name: string;
  /** The fragments of the arguments, as they are streamed. */
  readonly arguments: readonly string[];
}

/** A piece of an assistant's message; the texts are fragments as they are streamed. */
export type OpenAiPart =
  | { readonly text: readonly string[] }
  | { readonly reasoning: readonly string[] }
  | { readonly refusal: readonly string[] }
  /** Parallel calls, whose fragments come in turns. */
  | { readonly tools: readonly OpenAiToolCall[] };

export interface OpenAiOptions {
  readonly id?: string;
  readonly model?: string;
  readonly finish?: 'stop' | 'length' | 'tool_calls' | 'content_filter';
  readonly usage?: JsonObject;
}

const USAGE = {
  prompt_tokens: 12,
  completion_tokens: 7,
  total_tokens: 19,
  prompt_tokens_details: { cached_tokens: 4 },
  completion_tokens_details: { reasoning_tokens: 2 },
} satisfies JsonObject;

function head(object: string, options: OpenAiOptions): JsonObject {
  const { id = 'chatcmpl-mock', model = 'mock-model' } = options;
  return { id, object, created: 1_760_000_000, model, system_fingerprint: 'fp_mock' };
}

function finishOf(parts: readonly OpenAiPart[], { finish }: OpenAiOptions): string {
  return finish ?? (parts.some((part) => 'tools' in part) ? 'tool_calls' : 'stop');
}

/** A whole stream as OpenAI sends it, with the usage chunk that `include_usage` asks for. */
export function openAiStream(parts: readonly OpenAiPart[], options: OpenAiOptions = {}): readonly Frame[] {
  const usageChunk = {
    ...head('chat.completion.chunk', options),
    choices: [],
    usage: options.usage ?? USAGE,
  };
  return [
    ...openAiTruncatedStream(parts, options),
    chunk({}, options, finishOf(parts, options)),
    { data: usageChunk },
    { data: '[DONE]' },
  ];
}

/** A stream that ends without finish reason, usage and `[DONE]`. */
export function openAiTruncatedStream(
  parts: readonly OpenAiPart[],
  options: OpenAiOptions = {},
): readonly Frame[] {
  const first: JsonObject = { role: 'assistant', content: '', refusal: null };
  return [first, ...parts.flatMap(deltasOf)].map((delta) => chunk(delta, options));
}

/** A stream in which the upstream reports an error and stops. */
export function openAiBrokenStream(
  parts: readonly OpenAiPart[],
  error: JsonObject = { message: 'The server had an error', type: 'server_error', param: null, code: null },
): readonly Frame[] {
  return [...openAiTruncatedStream(parts), { data: { error } }];
}

function chunk(delta: JsonObject, options: OpenAiOptions, finish: string | null = null): Frame {
  const choice = { index: 0, delta, logprobs: null, finish_reason: finish };
  return { data: { ...head('chat.completion.chunk', options), choices: [choice], usage: null } };
}

function deltasOf(part: OpenAiPart): readonly JsonObject[] {
  if ('text' in part) return part.text.map((content) => ({ content }));
  if ('reasoning' in part) return part.reasoning.map((text) => ({ reasoning_content: text }));
  if ('refusal' in part) return part.refusal.map((refusal) => ({ refusal }));
  const opens = part.tools.map(({ id, name }, index) => toolDelta({ index, id, type: 'function' }, name, ''));
  const rounds = Math.max(0, ...part.tools.map((tool) => tool.arguments.length));
  const fragments = Array.from({ length: rounds }, (_, round) =>
    part.tools.flatMap((tool, index): readonly JsonObject[] => {
      const fragment = tool.arguments[round];
      return fragment === undefined ? [] : [toolDelta({ index }, undefined, fragment)];
    }),
  );
  return [...opens, ...fragments.flat()];
}

function toolDelta(call: JsonObject, name: string | undefined, fragment: string): JsonObject {
  const named = name === undefined ? {} : { name };
  return { tool_calls: [{ ...call, function: { ...named, arguments: fragment } }] };
}

/** The same message as {@link openAiStream} tells, in one JSON body. */
export function openAiReply(parts: readonly OpenAiPart[], options: OpenAiOptions = {}): JsonObject {
  const joined = (pick: (part: OpenAiPart) => readonly string[]): string | null => {
    const fragments = parts.flatMap(pick);
    return fragments.length > 0 ? fragments.join('') : null;
  };
  const reasoning = joined((part) => ('reasoning' in part ? part.reasoning : []));
  const calls = parts.flatMap((part) => ('tools' in part ? part.tools : [])).map(wholeCall);
  const message = {
    role: 'assistant',
    content: joined((part) => ('text' in part ? part.text : [])),
    refusal: joined((part) => ('refusal' in part ? part.refusal : [])),
    annotations: [],
    ...(reasoning !== null && { reasoning_content: reasoning }),
    ...(calls.length > 0 && { tool_calls: calls }),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishOf(parts, options) };
  return { ...head('chat.completion', options), choices: [choice], usage: options.usage ?? USAGE };
}

function wholeCall({ id, name, arguments: fragments }: OpenAiToolCall): JsonObject {
  return { id, type: 'function', function: { name, arguments: fragments.join('') } };
}

/** An error reply in OpenAI's envelope. */
export function openAiError(
  status: number,
  error: JsonObject = {},
  headers: MockReply['headers'] = {},
): MockReply {
  const body = {
    error: { message: `Mock error ${status}`, type: 'mock_error', param: null, code: null, ...error },
  };
  return { status, headers: { 'x-request-id': 'req_mock', ...headers }, body };
}

export function openAiModels(ids: readonly string[]): JsonObject {
  const data = ids.map((id) => ({ id, object: 'model', created: 1_760_000_000, owned_by: 'mock' }));
  return { object: 'list', data };
}

/** Vectors as floats, or as the base64 of little-endian float32 that the official SDK asks for. */
export function openAiEmbeddings(
  vectors: readonly (readonly number[])[],
  encoding: 'float' | 'base64',
): JsonObject {
  const encode = (vector: readonly number[]): JsonValue =>
    encoding === 'float' ? vector : Buffer.from(Float32Array.from(vector).buffer).toString('base64');
  const data = vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) }));
  return { object: 'list', data, model: 'mock-embedding', usage: { prompt_tokens: 5, total_tokens: 5 } };
}
