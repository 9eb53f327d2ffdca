import {
  type Block,
  BlockSerializer,
  type ChatEvent,
  type Citation,
  defined,
  type EncodeContext,
  encodeSse,
  type FinishEvent,
  type GatewayError,
  isJsonObject,
  type JsonObject,
  type Opaque,
  type StreamForm,
  type Usage,
} from '@dragoman/plugin';
import { encodeError } from './encode-error.ts';
import { encodeCall, encodeThought, signature } from './encode-reply.ts';
import { encodeGrounding } from './grounding.ts';
import { encodeUsage } from './usage.ts';
import { GEMINI, WIRE_FINISH_REASONS } from '../wire.ts';

/** Encodes a reply's events as replies that hold what is new, in server-sent events without names. */
export async function* encodeStream(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<string> {
  for await (const chunks of encodeChunks(events, context)) {
    yield chunks.map((chunk) => encodeSse(JSON.stringify(chunk))).join('');
  }
}

/** A failure in the middle of a stream. */
export function encodeStreamError(error: GatewayError): string {
  return encodeSse(JSON.stringify(encodeError(error).body));
}

/** Arrays that have begun: an error inside them is one more entry. */
const begun = new WeakSet<EncodeContext>();

/** The stream as one JSON array, written piece by piece, for clients that do not ask for events. */
export const ARRAY_FORM: StreamForm = {
  framing: 'json-array',
  async *encodeStream(events, context) {
    for await (const chunks of encodeChunks(events, context)) {
      for (const chunk of chunks) {
        const before = begun.has(context) ? ',\r\n' : '[';
        // Before the chunk goes out: the stream may fail while nobody asks for the next.
        begun.add(context);
        yield before + JSON.stringify(chunk);
      }
    }
    yield begun.has(context) ? ']' : '[]';
  },
  encodeStreamError(error, context) {
    return `${begun.has(context) ? ',\r\n' : '['}${JSON.stringify(encodeError(error).body)}]`;
  },
};

async function* encodeChunks(
  events: AsyncIterable<ChatEvent>,
  context: EncodeContext,
): AsyncGenerator<readonly JsonObject[]> {
  const serializer = new BlockSerializer();
  const encoder = new ChunkEncoder(context);
  for await (const event of events) {
    const chunks: JsonObject[] = [];
    for (const next of serializer.push(event)) chunks.push(...encoder.encode(next));
    if (chunks.length > 0) yield chunks;
  }
}

interface OpenBlock {
  readonly block: Block;
  readonly choice: number;
  text: string;
  opaque?: Opaque;
}

/** Blocks come one after the other, so that calls, which this wire tells whole, keep their order. */
class ChunkEncoder {
  readonly #context: EncodeContext;
  #head: JsonObject = {};
  #open: OpenBlock | undefined;
  #usage: Usage | undefined;
  /** The text of the first choice and what it cites. */
  #text = '';
  readonly #citations: Citation[] = [];

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  *encode(event: ChatEvent): Generator<JsonObject> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#head = { modelVersion: event.model, responseId: event.id || this.#context.id };
        break;
      case 'block-start':
        this.#open = { block: event.block, choice: event.choice ?? 0, text: '' };
        break;
      case 'block-delta':
        yield* this.#delta(event.delta);
        break;
      case 'block-opaque':
        if (this.#open) this.#open.opaque = event.opaque;
        break;
      case 'block-citation':
        this.#cite(event.citation);
        break;
      case 'block-end':
        yield* this.#close();
        break;
      case 'block':
        yield* this.#whole(event);
        break;
      case 'finish':
        yield* this.#finish(event);
        break;
      case 'block-logprobs':
      case 'usage':
      case 'ping':
        break;
    }
  }

  *#delta(delta: string): Generator<JsonObject> {
    const open = this.#open;
    if (!open) return;
    open.text += delta;
    const { type } = open.block;
    if (type === 'tool-call') return;
    if (type !== 'reasoning' && open.choice === 0) this.#text += delta;
    yield this.#chunk(open.choice, { text: delta, ...(type === 'reasoning' && { thought: true }) });
  }

  #cite(citation: Citation): void {
    const length = this.#open?.text.length ?? 0;
    const from = this.#text.length - length;
    const [start, end] = [from + (citation.start ?? 0), from + (citation.end ?? length)];
    if (this.#open?.choice === 0) this.#citations.push({ ...citation, start, end });
  }

  /** Only at its end is a call whole, and a signature known. */
  *#close(): Generator<JsonObject> {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    const { block, choice, text, opaque } = open;
    const box = this.#context.opaque;
    if (block.type === 'tool-call') {
      if (block.hosted) return;
      yield this.#chunk(choice, { functionCall: encodeCall(block, text), ...signature(opaque, box) });
    } else if (opaque && block.type === 'reasoning') {
      for (const part of encodeThought('', opaque, box)) yield this.#chunk(choice, part);
    } else if (opaque) {
      yield this.#chunk(choice, { text: '', ...signature(opaque, box) });
    }
  }

  *#whole({ part, choice = 0 }: Extract<ChatEvent, { type: 'block' }>): Generator<JsonObject> {
    if (part.type === 'media' && part.source.type === 'base64') {
      const { mimeType, data } = part.source;
      yield this.#chunk(choice, { inlineData: { mimeType, data } });
    } else if (part.type === 'raw' && part.protocol === GEMINI && isJsonObject(part.value)) {
      yield this.#chunk(choice, part.value);
    }
  }

  /** Clients keep a turn in their history only when its last chunk has a reason and a part. */
  *#finish({ reason, otherReasons = [] }: FinishEvent): Generator<JsonObject> {
    const candidates = [reason, ...otherReasons].map((why, index) =>
      defined({
        content: { role: 'model', parts: [{ text: '' }] },
        finishReason: WIRE_FINISH_REASONS[why],
        index,
        groundingMetadata: index === 0 ? encodeGrounding(this.#citations, this.#text) : undefined,
      }),
    );
    yield { candidates, usageMetadata: encodeUsage(this.#usage), ...this.#head };
  }

  #chunk(index: number, part: JsonObject): JsonObject {
    return { candidates: [{ content: { role: 'model', parts: [part] }, index }], ...this.#head };
  }
}
