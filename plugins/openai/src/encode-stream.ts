import {
  type Block,
  type ChatEvent,
  type Citation,
  defined,
  type EncodeContext,
  encodeSse,
  type GatewayError,
  type JsonObject,
  type JsonValue,
  type Usage,
} from '@dragoman/core';
import { encodeError } from './encode-error.ts';
import { encodeAudio, encodeCitation, encodeLogprobs, encodeReason, keptOf } from './encode-reply.ts';
import { encodeUsage } from './usage.ts';

/** Encodes a reply's events as `chat.completion.chunk`s and the closing `[DONE]`. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const encoder = new ChunkEncoder(context);
  for await (const event of events) yield* encoder.encode(event);
}

/** A failure in the middle of a stream; no `[DONE]` follows, so that nobody takes it for an end. */
export function encodeStreamError(error: GatewayError): string {
  return encodeSse(JSON.stringify(encodeError(error).body));
}

interface OpenBlock {
  readonly block: Block;
  readonly choice: number;
  /** The position among the calls of its choice. */
  readonly call: number;
  /** Where its text begins in the message, and how long it is so far. */
  readonly start: number;
  length: number;
  readonly citations: Citation[];
}

class ChunkEncoder {
  readonly #context: EncodeContext;
  readonly #blocks = new Map<number, OpenBlock>();
  readonly #calls = new Map<number, number>();
  /** How much text each choice that has begun holds. */
  readonly #texts = new Map<number, number>();
  readonly #refused = new Set<number>();
  #head: JsonObject = {};
  #usage: Usage | undefined;

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  *encode(event: ChatEvent): Generator<string> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#head = defined({
          id: event.id || `chatcmpl-${this.#context.id}`,
          object: 'chat.completion.chunk',
          created: event.created ?? this.#context.created,
          model: event.model,
          ...keptOf(event.extensions),
        });
        yield* this.#begin(0);
        break;
      case 'block-start':
        yield* this.#open(event.index, event.block, event.choice ?? 0);
        break;
      case 'block':
        yield* this.#whole(event);
        break;
      case 'block-delta':
      case 'block-end':
      case 'block-citation':
      case 'block-logprobs':
        yield* this.#inBlock(event);
        break;
      case 'finish':
        yield* this.#finish(event);
        break;
      case 'block-opaque':
      case 'usage':
      case 'ping':
        break;
    }
  }

  /** The first chunk of a choice carries the role: clients require it. */
  *#begin(choice: number): Generator<string> {
    if (this.#texts.has(choice)) return;
    this.#texts.set(choice, 0);
    yield this.#delta(choice, { role: 'assistant', content: '' });
  }

  *#open(index: number, block: Block, choice: number): Generator<string> {
    yield* this.#begin(choice);
    const isCall = block.type === 'tool-call' && !block.hosted;
    const call = isCall ? (this.#calls.get(choice) ?? 0) : 0;
    const start = this.#texts.get(choice) ?? 0;
    this.#blocks.set(index, { block, choice, call, start, length: 0, citations: [] });
    if (block.type === 'refusal') this.#refused.add(choice);
    if (!isCall) return;
    this.#calls.set(choice, call + 1);
    const { id, name } = block;
    const called =
      block.form === 'freeform'
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } };
    yield this.#delta(choice, { tool_calls: [{ index: call, id, ...called }] });
  }

  *#whole({ part, choice = 0 }: Extract<ChatEvent, { type: 'block' }>): Generator<string> {
    if (part.type !== 'media' || part.media !== 'audio') return;
    yield* this.#begin(choice);
    yield this.#delta(choice, { audio: encodeAudio(part) });
  }

  *#inBlock(event: Extract<ChatEvent, { index: number }>): Generator<string> {
    const open = this.#blocks.get(event.index);
    if (!open) return;
    if (event.type === 'block-delta') {
      open.length += event.delta.length;
      yield* this.#text(open, event.delta);
    } else if (event.type === 'block-end') {
      yield* this.#end(open);
      this.#blocks.delete(event.index);
    } else if (event.type === 'block-citation') {
      open.citations.push(event.citation);
    } else if (event.type === 'block-logprobs') {
      const logprobs = encodeLogprobs(event.logprobs, open.block.type === 'refusal');
      yield this.#chunk([{ index: open.choice, delta: {}, logprobs, finish_reason: null }]);
    }
  }

  /** Only at its end does a text tell how much of it a citation spans. */
  *#end(open: OpenBlock): Generator<string> {
    const { block, choice, length, citations } = open;
    // A call without arguments has to be parsed by clients as well.
    if (length === 0 && block.type === 'tool-call' && block.form === 'json') yield* this.#text(open, '{}');
    if (block.type !== 'text') return;
    const annotations = citations.flatMap((citation) => encodeCitation(citation, open));
    if (annotations.length > 0) yield this.#delta(choice, { annotations });
    this.#texts.set(choice, open.start + length);
  }

  *#text({ block, choice, call }: OpenBlock, text: string): Generator<string> {
    switch (block.type) {
      case 'text':
        yield this.#delta(choice, { content: text });
        break;
      case 'reasoning':
        yield this.#delta(choice, { reasoning_content: text });
        break;
      case 'refusal':
        yield this.#delta(choice, { refusal: text });
        break;
      case 'tool-call': {
        if (block.hosted) break;
        const fragment =
          block.form === 'freeform' ? { custom: { input: text } } : { function: { arguments: text } };
        yield this.#delta(choice, { tool_calls: [{ index: call, ...fragment }] });
      }
    }
  }

  *#finish({ reason, otherReasons = [] }: Extract<ChatEvent, { type: 'finish' }>): Generator<string> {
    for (const [index, why] of [reason, ...otherReasons].entries()) {
      yield* this.#begin(index);
      yield this.#chunk([
        { index, delta: {}, logprobs: null, finish_reason: encodeReason(why, this.#refused.has(index)) },
      ]);
    }
    if (this.#context.request.includeUsage) yield this.#chunk([], encodeUsage(this.#usage));
    yield encodeSse('[DONE]');
  }

  #delta(index: number, delta: JsonObject): string {
    return this.#chunk([{ index, delta, logprobs: null, finish_reason: null }]);
  }

  #chunk(choices: readonly JsonValue[], usage: JsonObject | null = null): string {
    const asked = this.#context.request.includeUsage;
    return encodeSse(JSON.stringify({ ...this.#head, choices, ...(asked && { usage }) }));
  }
}
