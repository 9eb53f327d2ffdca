import {
  type Block,
  BlockSerializer,
  type ChatEvent,
  type EncodeContext,
  encodeSse,
  FirstChoice,
  type GatewayError,
  type JsonObject,
  type Opaque,
  type Usage,
} from '@dragoman/core';
import { encodeError } from './encode-error.ts';
import { encodeCitation, signatureOf } from './encode-reply.ts';
import { encodeUsage } from './usage.ts';
import { STOP_REASONS } from './wire.ts';

/** Encodes a reply's events as Anthropic's: blocks one after the other, counted from 0. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const choice = new FirstChoice();
  const serializer = new BlockSerializer();
  const encoder = new MessageEncoder(context);
  for await (const event of events) {
    if (!choice.holds(event)) continue;
    let frames = '';
    for (const next of serializer.push(event)) for (const frame of encoder.encode(next)) frames += frame;
    if (frames !== '') yield frames;
  }
}

/** A failure in the middle of a stream; no `message_stop` follows, so that nobody takes it for an end. */
export function encodeStreamError(error: GatewayError, { id }: EncodeContext): string {
  return frame('error', { ...encodeError(error).body, request_id: id });
}

/** A ping is an event of this protocol. */
export const PING = frame('ping', {});

class MessageEncoder {
  readonly #context: EncodeContext;
  #head: { readonly id: string; readonly model: string } | undefined;
  #usage: Usage | undefined;
  #isOpened = false;
  #next = 0;
  #block: Block | undefined;
  #opaque: Opaque | undefined;

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  *encode(event: ChatEvent): Generator<string> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#head = event;
        break;
      case 'block-start':
        yield* this.#open(event.block);
        break;
      case 'block-delta':
        yield* this.#delta(event.delta);
        break;
      case 'block-opaque':
        this.#opaque = event.opaque;
        break;
      case 'block-end':
        yield* this.#close();
        break;
      case 'finish':
        yield* this.#begin();
        yield frame('message_delta', {
          delta: { stop_reason: STOP_REASONS[event.reason], stop_sequence: event.stopSequence ?? null },
          usage: encodeUsage(this.#usage),
        });
        yield frame('message_stop', {});
        break;
      case 'ping':
        yield PING;
        break;
      case 'block-citation':
        for (const citation of encodeCitation(event.citation))
          yield frame('content_block_delta', {
            index: this.#next,
            delta: { type: 'citations_delta', citation },
          });
        break;
      case 'block':
      case 'block-logprobs':
      case 'usage':
        break;
    }
  }

  /** Once, and as late as the first content: by then the upstream may have told the size of the prompt. */
  *#begin(): Generator<string> {
    if (this.#isOpened) return;
    this.#isOpened = true;
    const message = {
      id: this.#head?.id || `msg_${this.#context.id}`,
      type: 'message',
      role: 'assistant',
      model: this.#head?.model ?? this.#context.request.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: encodeUsage({ input: 0, ...this.#usage, output: 0 }),
    };
    yield frame('message_start', { message });
  }

  *#open(block: Block): Generator<string> {
    yield* this.#begin();
    this.#block = block;
    this.#opaque = undefined;
    const start = startOf(block);
    // Whether thinking is redacted, only what follows tells.
    if (start && !isHidden(block))
      yield frame('content_block_start', { index: this.#next, content_block: start });
  }

  *#delta(text: string): Generator<string> {
    const delta = this.#block && !isHidden(this.#block) ? deltaOf(this.#block, text) : undefined;
    if (delta) yield frame('content_block_delta', { index: this.#next, delta });
  }

  *#close(): Generator<string> {
    const block = this.#block;
    this.#block = undefined;
    const start = block && startOf(block);
    if (!block || !start) return;
    const signature = this.#opaque ? signatureOf(this.#opaque, this.#context.opaque) : '';
    if (isHidden(block)) {
      const redacted = { type: 'redacted_thinking', data: signature };
      const content_block = this.#opaque?.kind === 'redacted' ? redacted : start;
      yield frame('content_block_start', { index: this.#next, content_block });
    }
    if (block.type === 'reasoning' && signature !== '' && this.#opaque?.kind !== 'redacted') {
      yield frame('content_block_delta', {
        index: this.#next,
        delta: { type: 'signature_delta', signature },
      });
    }
    yield frame('content_block_stop', { index: this.#next });
    this.#next += 1;
  }
}

function isHidden(block: Block): boolean {
  return block.type === 'reasoning' && block.form === 'hidden';
}

/** Absent for what ran at the upstream: that is not the client's to answer. */
function startOf(block: Block): JsonObject | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { type: 'text', text: '' };
    case 'reasoning':
      return { type: 'thinking', thinking: '', signature: '' };
    case 'tool-call':
      return block.hosted ? undefined : { type: 'tool_use', id: block.id, name: block.name, input: {} };
  }
}

function deltaOf(block: Block, text: string): JsonObject | undefined {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return { type: 'text_delta', text };
    case 'reasoning':
      return { type: 'thinking_delta', thinking: text };
    case 'tool-call':
      return block.hosted ? undefined : { type: 'input_json_delta', partial_json: text };
  }
}

/** The SDK ignores events without a name. */
function frame(type: string, fields: JsonObject): string {
  return encodeSse(JSON.stringify({ type, ...fields }), type);
}
