import {
  type Block,
  type ChatEvent,
  type Citation,
  type EncodeContext,
  encodeSse,
  type GatewayError,
  type JsonObject,
  type JsonValue,
  type Opaque,
  type Usage,
} from '@dragoman/plugin';
import { encodeError } from '../../common/encode-error.ts';
import { encodeAudio, encodeCitation, encodeLogprobs, encodeReason, keptOf } from './encode-reply.ts';
import { encodeDetails, encodeExtraContent, type SealedReasoning } from '../opaque.ts';
import { encodeUsage } from '../usage.ts';

/** Encodes a reply's events as `chat.completion.chunk`s and the closing `[DONE]`. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  const encoder = new ChunkEncoder(context);
  for await (const event of events) {
    let frames = '';
    for (const frame of encoder.encode(event)) frames += frame;
    if (frames !== '') yield frames;
  }
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
  opaque?: Opaque;
  /** Whether the client knows of the call: its first fragment waits, since a signature belongs into it. */
  isTold: boolean;
}

class ChunkEncoder {
  readonly #context: EncodeContext;
  readonly #blocks = new Map<number, OpenBlock>();
  readonly #calls = new Map<number, number>();
  readonly #untold = new Set<OpenBlock>();
  /** How much text each choice that has begun holds. */
  readonly #texts = new Map<number, number>();
  readonly #refused = new Set<number>();
  readonly #sealed = new Map<number, readonly SealedReasoning[]>();
  /** What all chunks begin with, as text: it is written once. */
  #head = '{';
  #usage: Usage | undefined;

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  *encode(event: ChatEvent): Generator<string> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#head = headOf({
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
      case 'block-opaque':
        yield* this.#inBlock(event);
        break;
      case 'finish':
        yield* this.#finish(event);
        break;
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
    // Clients know calls by the order in which they begin.
    if (isCall) for (const open of this.#untold) yield* this.#tell(open);
    const call = isCall ? (this.#calls.get(choice) ?? 0) : 0;
    const start = this.#texts.get(choice) ?? 0;
    const open = { block, choice, call, start, length: 0, citations: [], isTold: false };
    this.#blocks.set(index, open);
    if (isCall) this.#untold.add(open);
    if (block.type === 'refusal') this.#refused.add(choice);
    if (isCall) this.#calls.set(choice, call + 1);
  }

  *#tell(open: OpenBlock): Generator<string> {
    const { block, choice, call, opaque } = open;
    if (open.isTold || block.type !== 'tool-call' || block.hosted) return;
    open.isTold = true;
    this.#untold.delete(open);
    const { id, name } = block;
    const called =
      block.form === 'freeform'
        ? { type: 'custom', custom: { name, input: '' } }
        : { type: 'function', function: { name, arguments: '' } };
    yield this.#delta(choice, {
      tool_calls: [{ index: call, id, ...called, ...encodeExtraContent(opaque) }],
    });
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
    } else if (event.type === 'block-opaque') {
      open.opaque = event.opaque;
      if (open.isTold) yield* this.#sign(open);
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
    yield* this.#tell(open);
    if (block.type === 'reasoning') yield* this.#seal(open);
    // A call without arguments has to be parsed by clients as well.
    if (length === 0 && block.type === 'tool-call' && block.form === 'json') yield* this.#text(open, '{}');
    if (block.type !== 'text') return;
    const annotations = citations.flatMap((citation) => encodeCitation(citation, open));
    if (annotations.length > 0) yield this.#delta(choice, { annotations });
    this.#texts.set(choice, open.start + length);
  }

  /** A signature that came late. */
  *#sign({ choice, call, opaque }: OpenBlock): Generator<string> {
    const signed = encodeExtraContent(opaque);
    if (Object.keys(signed).length > 0)
      yield this.#delta(choice, { tool_calls: [{ index: call, ...signed }] });
  }

  /** All entries so far, since clients keep only the last of a field that they do not know. */
  *#seal({ choice, length, opaque }: OpenBlock): Generator<string> {
    if (!opaque) return;
    const sealed = [...(this.#sealed.get(choice) ?? []), { opaque, length }];
    this.#sealed.set(choice, sealed);
    yield this.#delta(choice, { reasoning_details: encodeDetails(sealed, this.#context.opaque) });
  }

  *#text(open: OpenBlock, text: string): Generator<string> {
    const { block, choice, call } = open;
    yield* this.#tell(open);
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
    const rest = asked ? `,"usage":${JSON.stringify(usage)}}` : '}';
    return encodeSse(`${this.#head}"choices":${JSON.stringify(choices)}${rest}`);
  }
}

function headOf(fields: Readonly<Record<string, JsonValue | undefined>>): string {
  return `${JSON.stringify(fields).slice(0, -1)},`;
}
