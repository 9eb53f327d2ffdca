import {
  argumentsObject,
  type AssistantPart,
  type BlockSerializer as Serializer,
  BlockSerializer,
  type Block,
  type ChatEvent,
  type ChatReply,
  type EncodeContext,
  type EncodedError,
  type FinishReason,
  type GatewayError,
  type JsonObject,
  type Usage,
} from '@dragoman/plugin';
import { type Head, headOf, line } from './wire.ts';

export function encodeReply(
  { model, choices: [choice], usage }: ChatReply,
  context: EncodeContext,
): JsonObject {
  const content = choice?.content ?? [];
  const calls = content.flatMap((part) => (part.type === 'tool-call' ? [encodeCall(part)] : []));
  const thinking = textOf(content, 'reasoning');
  return {
    ...headOf({ model, created: context.created }),
    message: {
      role: 'assistant',
      content: textOf(content, 'text', 'refusal'),
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    ...endOf(choice?.reason ?? 'stop', usage),
  };
}

function textOf(content: readonly AssistantPart[], ...types: readonly AssistantPart['type'][]): string {
  return content.map((part) => ('text' in part && types.includes(part.type) ? part.text : '')).join('');
}

function encodeCall({
  name,
  arguments: text,
}: {
  readonly name: string;
  readonly arguments: string;
}): JsonObject {
  return { function: { name, arguments: argumentsObject(text) } };
}

function endOf(reason: FinishReason, usage: Usage | undefined): JsonObject {
  return {
    done: true,
    done_reason: reason === 'max-tokens' || reason === 'context-window' ? 'length' : 'stop',
    ...{ total_duration: 0, load_duration: 0, prompt_eval_duration: 0, eval_duration: 0 },
    prompt_eval_count: usage?.input ?? 0,
    eval_count: usage?.output ?? 0,
  };
}

/** A stream as lines of JSON. Calls are told whole, so blocks come one after the other. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const encoder = new LineEncoder(context);
  const serializer: Serializer = new BlockSerializer();
  for await (const event of events) {
    for (const next of serializer.push(event)) yield* encoder.encode(next);
  }
}

class LineEncoder {
  #head: Head;
  #block: Block | undefined;
  #arguments = '';
  #usage: Usage | undefined;

  constructor({ request: { model }, created }: EncodeContext) {
    this.#head = { model, created };
  }

  *encode(event: ChatEvent): Generator<string> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    if ('choice' in event && event.choice) return;
    if (event.type === 'start') this.#head = { ...this.#head, model: event.model };
    if (event.type === 'block-start') [this.#block, this.#arguments] = [event.block, ''];
    if (event.type === 'block-delta') yield* this.#delta(event.delta);
    if (event.type === 'block-end') yield* this.#endBlock();
    if (event.type === 'finish') yield this.#line({ content: '' }, endOf(event.reason, this.#usage));
  }

  *#delta(delta: string): Generator<string> {
    const type = this.#block?.type;
    if (type === 'tool-call') this.#arguments += delta;
    else if (type === 'reasoning') yield this.#line({ content: '', thinking: delta });
    else if (type !== undefined) yield this.#line({ content: delta });
  }

  *#endBlock(): Generator<string> {
    const block = this.#block;
    this.#block = undefined;
    if (block?.type !== 'tool-call') return;
    const call = encodeCall({ name: block.name, arguments: this.#arguments });
    yield this.#line({ content: '', tool_calls: [call] });
  }

  #line(message: JsonObject, rest: JsonObject = { done: false }): string {
    return line({ ...headOf(this.#head), message: { role: 'assistant', ...message }, ...rest });
  }
}

export function encodeError({ status, message, details: { retryAfterMs } }: GatewayError): EncodedError {
  return {
    status,
    ...(retryAfterMs !== undefined && {
      headers: { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) },
    }),
    body: { error: message },
  };
}

export function encodeStreamError(error: GatewayError): string {
  return line(encodeError(error).body);
}
