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
} from '@dragoman/plugin';
import { encodeError } from './encode-error.ts';
import { encodeCitation, signatureOf } from './encode-reply.ts';
import { messageId } from '../request/threads.ts';
import { encodeUsage } from './usage.ts';
import { STOP_REASONS } from '../wire.ts';

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
  /** Whether a thought waits for its signature, which may be that of the call behind it. */
  #isThoughtOpen = false;
  /** Whether a call waits for its first piece, since its signature goes in front of it. */
  #isCallHeld = false;

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
        yield* this.#endThought();
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
      id: messageId(this.#head?.id, this.#context),
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
    this.#isCallHeld = block.type === 'tool-call' && !block.hosted;
    if (this.#isCallHeld) return;
    yield* this.#endThought();
    const start = startOf(block);
    // Whether thinking is redacted, only what follows tells.
    if (start && !isHidden(block))
      yield frame('content_block_start', { index: this.#next, content_block: start });
  }

  *#delta(text: string): Generator<string> {
    yield* this.#beginCall();
    const delta = this.#block && !isHidden(this.#block) ? deltaOf(this.#block, text) : undefined;
    if (delta) yield frame('content_block_delta', { index: this.#next, delta });
  }

  *#close(): Generator<string> {
    yield* this.#beginCall();
    const block = this.#block;
    this.#block = undefined;
    const start = block && startOf(block);
    if (!block || !start) return;
    if (isHidden(block)) {
      const redacted = { type: 'redacted_thinking', data: this.#signature() };
      const content_block = this.#opaque?.kind === 'redacted' ? redacted : start;
      yield frame('content_block_start', { index: this.#next, content_block });
    }
    if (block.type === 'reasoning' && !this.#opaque) {
      this.#isThoughtOpen = true;
      return;
    }
    if (block.type === 'reasoning' && this.#opaque?.kind !== 'redacted') yield* this.#sign();
    yield* this.#stop();
  }

  /** A call that is signed: this protocol signs thoughts only, so the one in front of it carries that. */
  *#beginCall(): Generator<string> {
    const start = this.#isCallHeld && this.#block ? startOf(this.#block) : undefined;
    if (!start) return;
    this.#isCallHeld = false;
    if (this.#opaque) {
      const thought = { type: 'thinking', thinking: '', signature: '' };
      if (!this.#isThoughtOpen)
        yield frame('content_block_start', { index: this.#next, content_block: thought });
      this.#isThoughtOpen = true;
      yield* this.#sign();
    }
    yield* this.#endThought();
    yield frame('content_block_start', { index: this.#next, content_block: start });
  }

  *#endThought(): Generator<string> {
    if (this.#isThoughtOpen) yield* this.#stop();
    this.#isThoughtOpen = false;
  }

  *#sign(): Generator<string> {
    const signature = this.#signature();
    const delta = { type: 'signature_delta', signature };
    if (signature !== '') yield frame('content_block_delta', { index: this.#next, delta });
  }

  #signature(): string {
    return this.#opaque ? signatureOf(this.#opaque, this.#context.opaque) : '';
  }

  *#stop(): Generator<string> {
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
