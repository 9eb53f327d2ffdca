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
} from '@dragoman/core';
import { encodeStreamError } from './encode-stream.ts';
import { encodeUsage } from './usage.ts';
import { OPENAI_CHAT, OPENAI_COMPLETIONS, WIRE_FINISH_REASONS } from './wire.ts';

/** What a chat cannot say. An upstream with this endpoint of its own gets it unchanged. */
const ONLY_NATIVE = ['best_of', 'echo', 'logprobs', 'suffix'] as const;

/** The completions of before chat; for upstreams that lack them a prompt becomes a user's message. */
export const completionsEndpoint: ChatEndpoint = {
  operation: 'chat',
  method: 'POST',
  path: '/v1/completions',
  wire: OPENAI_COMPLETIONS,
  summary: 'Completes a prompt (legacy).',
  keepAlive: ': keep-alive\n\n',
  decodeRequest,
  encodeReply,
  encodeStream,
  encodeStreamError,
};

function decodeRequest({ body }: RequestInput): ChatRequest {
  const fields = new FieldReader(body);
  const stop = fields.value('stop');
  return defined({
    protocol: OPENAI_CHAT,
    model: fields.string('model'),
    stream: fields.optionalBoolean('stream') ?? false,
    includeUsage: fields.optionalReader('stream_options')?.optionalBoolean('include_usage'),
    system: [],
    messages: [{ role: 'user' as const, content: [{ type: 'text' as const, text: promptOf(fields) ?? '' }] }],
    tools: [],
    maxTokens: fields.optionalInteger('max_tokens', 1),
    stop: typeof stop === 'string' ? [stop] : fields.optionalStrings('stop'),
    sampling: defined({
      temperature: fields.optionalNumber('temperature'),
      topP: fields.optionalNumber('top_p'),
      seed: fields.optionalInteger('seed', Number.MIN_SAFE_INTEGER),
      presencePenalty: fields.optionalNumber('presence_penalty'),
      frequencyPenalty: fields.optionalNumber('frequency_penalty'),
      count: fields.optionalInteger('n', 1),
    }),
    reasoning: {},
    user: fields.optionalString('user'),
    nativeOnly: nativeFields(fields),
  });
}

/** A chat has one prompt, as text. Several, or tokens, are for upstreams with this endpoint of their own. */
function promptOf(fields: FieldReader): string | undefined {
  const prompt = fields.value('prompt');
  if (typeof prompt === 'string') return prompt;
  if (!Array.isArray(prompt)) throw fields.invalid('prompt', 'must be a string or an array');
  return prompt.length === 1 && typeof prompt[0] === 'string' ? prompt[0] : undefined;
}

function nativeFields(fields: FieldReader): readonly string[] | undefined {
  const used: string[] = ONLY_NATIVE.filter((name) => {
    const value = fields.value(name);
    return value !== undefined && value !== false && value !== '' && !(name === 'best_of' && value === 1);
  });
  if (promptOf(fields) === undefined) used.push('prompt');
  return used.length > 0 ? used : undefined;
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

async function* encodeStream(events: AsyncIterable<ChatEvent>, context: EncodeContext): AsyncGenerator<string> {
  const choices = new Map<number, number>();
  let head: JsonObject = {};
  const chunk = (index: number, text: string, reason: string | null): string =>
    encodeSse(JSON.stringify({ ...head, choices: [{ index, text, logprobs: null, finish_reason: reason }] }));
  for await (const event of events) {
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
      if (context.request.includeUsage) {
        yield encodeSse(JSON.stringify({ ...head, choices: [], usage: encodeUsage(event.usage) }));
      }
      yield encodeSse('[DONE]');
    }
  }
}
