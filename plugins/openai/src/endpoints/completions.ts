import {
  type ChatEndpoint,
  type ChatEvent,
  type ChatReply,
  type ChatRequest,
  defined,
  type EncodeContext,
  encodeSse,
  FieldReader,
  type JsonObject,
  type RequestInput,
  type Sampling,
  type Usage,
} from '@dragoman/plugin';
import { decodeModel, decodeSampling, decodeStop } from '../common/decode-options.ts';
import { encodeStreamError } from '../chat/reply/encode-stream.ts';
import { extensionsOf } from '../chat/extensions.ts';
import { MODEL_PLACES } from './relayed.ts';
import { encodeUsage } from '../chat/usage.ts';
import { OPENAI_CHAT, OPENAI_COMPLETIONS, WIRE_FINISH_REASONS } from '../chat/wire.ts';

/** The completions of before chat; for upstreams that lack them a prompt becomes a user's message. */
export const completionsEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/completions',
  wire: OPENAI_COMPLETIONS,
  models: MODEL_PLACES,
  summary: 'Completes a prompt (legacy).',
  decodeRequest,
  encodeReply,
  encodeStream,
  encodeStreamError,
};

function decodeRequest({ body }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const prompt = decodePrompt(fields);
  const nativeOnly = [...nativeFields(fields), ...(prompt === undefined ? ['prompt'] : [])];
  const streamOptions = fields.optionalReader('stream_options');
  const request = defined({
    protocol: OPENAI_CHAT,
    model: decodeModel(fields),
    stream: fields.optionalBoolean('stream') ?? false,
    includeUsage: streamOptions?.optionalBoolean('include_usage'),
    system: [],
    messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: prompt ?? '' }] }],
    tools: [],
    maxTokens: fields.optionalTokens('max_tokens', 0),
    stop: decodeStop(fields),
    sampling: withBestOf(decodeSampling(fields), fields),
    reasoning: {},
    user: fields.optionalString('user'),
    nativeOnly: nativeOnly.length > 0 ? nativeOnly : undefined,
  });
  return defined({ ...request, extensions: extensionsOf(fields, { stream_options: streamOptions }) });
}

/** `best_of` answers are generated, of which the best `n` are returned. */
function withBestOf(sampling: Sampling, fields: FieldReader): Sampling {
  const written = Math.max(sampling.count ?? 1, fields.optionalChoices('best_of') ?? 1);
  return written > 1 ? { ...sampling, count: written } : sampling;
}

/** A chat has one prompt, as text. Several, or tokens, are for upstreams with this endpoint of their own. */
function decodePrompt(fields: FieldReader): string | undefined {
  const prompt = fields.value('prompt');
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(prompt)) throw fields.invalid('prompt', 'must be a string or an array');
  return prompt.length === 1 && typeof prompt[0] === 'string' ? prompt[0] : undefined;
}

/** What a chat cannot say. An upstream with this endpoint of its own gets it unchanged. */
function nativeFields(fields: FieldReader): readonly string[] {
  const used = {
    best_of: (fields.optionalChoices('best_of') ?? 1) > 1,
    echo: fields.optionalBoolean('echo') === true,
    suffix: (fields.optionalString('suffix') ?? '') !== '',
    logprobs: fields.optionalInteger('logprobs') !== undefined,
  };
  return Object.entries(used).flatMap(([name, isUsed]) => (isUsed ? [name] : []));
}

function encodeReply(reply: ChatReply, context: EncodeContext): JsonObject {
  return {
    id: reply.id || `cmpl-${context.id}`,
    object: 'text_completion',
    created: reply.created ?? context.created,
    model: reply.model,
    choices: reply.choices.map(({ content, reason }, index) => ({
      index,
      text: content.map((part) => (part.type === 'text' ? part.text : '')).join(''),
      logprobs: null,
      finish_reason: WIRE_FINISH_REASONS[reason],
    })),
    usage: encodeUsage(reply.usage),
  };
}

async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const choices = new Map<number, number>();
  const { includeUsage } = context.request;
  let head: JsonObject = {};
  let usage: Usage | undefined;
  const write = (fields: JsonObject): string =>
    encodeSse(JSON.stringify({ ...head, ...(includeUsage && { usage: null }), ...fields }));
  const chunk = (index: number, text: string, finish_reason: string | null): string =>
    write({ choices: [{ index, text, logprobs: null, finish_reason }] });
  for await (const event of events) {
    if ('usage' in event && event.usage) usage = { ...usage, ...event.usage };
    if (event.type === 'start') {
      const { id, model, created = context.created } = event;
      head = { id: id || `cmpl-${context.id}`, object: 'text_completion', created, model };
    } else if (event.type === 'block-start' && event.block.type === 'text') {
      choices.set(event.index, event.choice ?? 0);
    } else if (event.type === 'block-delta') {
      const choice = choices.get(event.index);
      if (choice !== undefined) yield chunk(choice, event.delta, null);
    } else if (event.type === 'finish') {
      for (const [index, reason] of [event.reason, ...(event.otherReasons ?? [])].entries()) {
        yield chunk(index, '', WIRE_FINISH_REASONS[reason]);
      }
      if (includeUsage) yield write({ choices: [], usage: encodeUsage(usage) });
      yield encodeSse('[DONE]');
    }
  }
}
