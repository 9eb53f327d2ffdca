import type { JsonObject } from '@dragoman/plugin';
import type { OpenAiPart } from './openai-frames.ts';
import type { Frame } from '../upstreams/wire-frames.ts';

/** A piece of a response: as of Chat Completions, but reasoning may be sealed. */
export type ResponsesPart = OpenAiPart | { readonly reasoning: readonly string[]; readonly sealed: string };

const USAGE = {
  input_tokens: 12,
  input_tokens_details: { cached_tokens: 4, cache_write_tokens: 0 },
  output_tokens: 7,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 19,
} satisfies JsonObject;

/** An item of the output: how it begins, the events inside it, and how it ends. */
interface WireItem {
  readonly added: JsonObject;
  readonly events: readonly JsonObject[];
  readonly done: JsonObject;
}

function itemsOf(part: ResponsesPart, at: number): readonly WireItem[] {
  if ('tools' in part) return part.tools.map((tool, index) => callItem(tool, at + index));
  if ('reasoning' in part) return [reasoningItem(part, at)];
  return [messageItem(part, at)];
}

function callItem({ id, name, arguments: fragments }: ToolCall, at: number): WireItem {
  const base = { id: `fc_${at}`, type: 'function_call', call_id: id, name };
  const text = fragments.join('');
  const type = 'response.function_call_arguments';
  return {
    added: { ...base, arguments: '', status: 'in_progress' },
    events: [
      ...fragments.map((delta) => ({ type: `${type}.delta`, item_id: base.id, delta })),
      { type: `${type}.done`, item_id: base.id, name, arguments: text },
    ],
    done: { ...base, arguments: text, status: 'completed' },
  };
}

type ToolCall = Extract<OpenAiPart, { tools: unknown }>['tools'][number];

function reasoningItem(part: Extract<ResponsesPart, { reasoning: unknown }>, at: number): WireItem {
  const id = `rs_${at}`;
  const sealed = { encrypted_content: 'sealed' in part ? part.sealed : 'gAAAmock' };
  const text = part.reasoning.join('');
  const whole = { type: 'summary_text', text };
  const place = { item_id: id, summary_index: 0 };
  return {
    added: { id, type: 'reasoning', summary: [], ...sealed },
    events: [
      { type: 'response.reasoning_summary_part.added', ...place, part: { type: 'summary_text', text: '' } },
      ...part.reasoning.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, delta })),
      { type: 'response.reasoning_summary_text.done', ...place, text },
      { type: 'response.reasoning_summary_part.done', ...place, part: whole },
    ],
    done: { id, type: 'reasoning', summary: [whole], ...sealed },
  };
}

function messageItem(
  part: Extract<OpenAiPart, { text: unknown } | { refusal: unknown }>,
  at: number,
): WireItem {
  const id = `msg_${at}`;
  const place = { item_id: id, content_index: 0 };
  const isText = 'text' in part;
  const fragments = isText ? part.text : part.refusal;
  const partOf = (text: string): JsonObject =>
    isText
      ? { type: 'output_text', text, annotations: [], logprobs: [] }
      : { type: 'refusal', refusal: text };
  const type = isText ? 'response.output_text' : 'response.refusal';
  const text = fragments.join('');
  const base = { id, type: 'message', role: 'assistant' };
  return {
    added: { ...base, content: [], status: 'in_progress' },
    events: [
      { type: 'response.content_part.added', ...place, part: partOf('') },
      ...fragments.map((delta) => ({
        type: `${type}.delta`,
        ...place,
        delta,
        ...(isText && { logprobs: [] }),
      })),
      { type: `${type}.done`, ...place, ...(isText ? { text, logprobs: [] } : { refusal: text }) },
      { type: 'response.content_part.done', ...place, part: partOf(text) },
    ],
    done: { ...base, content: [partOf(text)], status: 'completed' },
  };
}

function allItems(parts: readonly ResponsesPart[]): readonly WireItem[] {
  return parts.reduce<readonly WireItem[]>((items, part) => [...items, ...itemsOf(part, items.length)], []);
}

function response(status: string, fields: JsonObject = {}): JsonObject {
  return {
    id: 'resp_mock',
    object: 'response',
    created_at: 1_760_000_000,
    status,
    background: false,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    metadata: {},
    model: 'mock-model',
    output: [],
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    service_tier: 'default',
    store: false,
    temperature: 1,
    text: { format: { type: 'text' } },
    tool_choice: 'auto',
    tools: [],
    top_p: 1,
    truncation: 'disabled',
    usage: null,
    ...fields,
  };
}

/** The response as one JSON body. `incomplete` is why it was cut. */
export function responsesReply(parts: readonly ResponsesPart[], incomplete?: string): JsonObject {
  const output = allItems(parts).map(({ done }) => done);
  if (incomplete === undefined) return response('completed', { output, usage: USAGE });
  return response('incomplete', { output, usage: USAGE, incomplete_details: { reason: incomplete } });
}

/** A whole stream as OpenAI sends it. */
export function responsesStream(parts: readonly ResponsesPart[], incomplete?: string): readonly Frame[] {
  const whole = responsesReply(parts, incomplete);
  return numbered([...begun(parts), { type: `response.${whole['status'] as string}`, response: whole }]);
}

/** A stream that ends without its last event. */
export function responsesTruncatedStream(parts: readonly ResponsesPart[]): readonly Frame[] {
  return numbered(begun(parts).slice(0, -1));
}

/** A stream that breaks off: with a response that failed, or with a bare error. */
export function responsesBrokenStream(
  parts: readonly ResponsesPart[],
  form: 'failed' | 'error' = 'failed',
): readonly Frame[] {
  const error = { code: 'server_error', message: 'The server had an error' };
  const last =
    form === 'failed'
      ? { type: 'response.failed', response: response('failed', { error }) }
      : { type: 'error', ...error, param: null };
  return numbered([...begun(parts).slice(0, -1), last]);
}

function begun(parts: readonly ResponsesPart[]): readonly JsonObject[] {
  return [
    { type: 'response.created', response: response('in_progress') },
    { type: 'response.in_progress', response: response('in_progress') },
    ...allItems(parts).flatMap(({ added, events, done }, output_index) => [
      { type: 'response.output_item.added', output_index, item: added },
      ...events.map((event) => ({ ...event, output_index })),
      { type: 'response.output_item.done', output_index, item: done },
    ]),
  ];
}

function numbered(events: readonly JsonObject[]): readonly Frame[] {
  return events.map((event, sequence_number) => ({
    event: event['type'] as string,
    data: { ...event, sequence_number },
  }));
}
