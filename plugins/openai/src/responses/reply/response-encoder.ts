import type {
  Block,
  ChatEvent,
  Citation,
  EncodeContext,
  FinishEvent,
  GatewayError,
  JsonObject,
  JsonValue,
  Opaque,
  Usage,
  WholePart,
} from '@dragoman/plugin';
import { callItem, encryptedOf, messageItem, reasoningItem, refusalPart, textPart } from './encode-items.ts';
import { encodeResponse, itemId, type Progress, type ResponseHead } from './response-object.ts';
import { encodeUsage } from '../usage.ts';
import { FAILURE_CODES, INCOMPLETE, RESPONSES } from '../wire.ts';

/** A message whose parts are texts and refusals. */
interface MessageItem {
  readonly at: number;
  readonly id: string;
  readonly parts: (JsonObject | undefined)[];
  /** Whether its next part would no longer be its neighbour. */
  isLeft: boolean;
}

interface OpenBlock {
  readonly block: Block;
  text: string;
  opaque?: Opaque;
  readonly citations: Citation[];
  readonly logprobs: JsonValue[];
  /** Where its item is in the output; absent until there is something to say. */
  item?: { readonly at: number; readonly id: string };
  message?: MessageItem;
  /** Whether its reasoning is told as a summary. */
  hasSummary: boolean;
  /** The place in the message's content. */
  part: number;
}

/** Tells a reply as the events of a response, without their numbers. */
export class ResponseEncoder {
  readonly #context: EncodeContext;
  readonly #open = new Map<number, OpenBlock>();
  /** The index of the block that began last. */
  #last = -1;
  readonly #output: (JsonObject | undefined)[] = [];
  #message: MessageItem | undefined;
  #head: ResponseHead | undefined;
  #usage: Usage | undefined;
  #hasRefused = false;

  constructor(context: EncodeContext) {
    this.#context = context;
  }

  *encode(event: ChatEvent): Generator<JsonObject> {
    if ('usage' in event && event.usage) this.#usage = { ...this.#usage, ...event.usage };
    switch (event.type) {
      case 'start':
        this.#head = { model: event.model, created: event.created ?? this.#context.created };
        yield this.#lifecycle('response.created', { status: 'in_progress', output: [] });
        yield this.#lifecycle('response.in_progress', { status: 'in_progress', output: [] });
        break;
      case 'block-start':
        yield* this.#begin(event.index, event.block);
        break;
      case 'block-delta':
        yield* this.#delta(event.index, event.delta);
        break;
      case 'block-opaque':
        this.#note(event.index, (open) => (open.opaque = event.opaque));
        break;
      case 'block-citation':
        this.#note(event.index, (open) => open.citations.push(event.citation));
        break;
      case 'block-logprobs':
        this.#note(event.index, (open) => open.logprobs.push(...event.logprobs));
        break;
      case 'block-end':
        yield* this.#end(event.index);
        break;
      case 'block':
        yield* this.#whole(event.part);
        break;
      case 'finish':
        yield* this.#finish(event);
        break;
      case 'usage':
      case 'ping':
        break;
    }
  }

  /** A response that failed, as far as it came; a bare error where none has begun. */
  fail({ kind, message, details }: GatewayError): JsonObject {
    const code = FAILURE_CODES[kind] ?? 'server_error';
    if (!this.#head) return { type: 'error', code, message, param: details.field ?? null };
    const output = this.#output.filter((item) => item !== undefined);
    return this.#lifecycle('response.failed', { status: 'failed', output, error: { code, message } });
  }

  #lifecycle(type: string, progress: Progress): JsonObject {
    const { request, created } = this.#context;
    const head = this.#head ?? { model: request.model, created };
    return { type, response: encodeResponse(this.#context, head, progress) };
  }

  #note(index: number, change: (open: OpenBlock) => unknown): void {
    const open = this.#open.get(index);
    if (open) change(open);
  }

  *#begin(index: number, block: Block): Generator<JsonObject> {
    // Items are in the order in which their blocks began; those before the last one have begun already.
    const last = this.#open.get(this.#last);
    if (last) yield* last.block.type === 'reasoning' ? this.#beginSummary(last) : this.#beginItem(last);
    this.#last = index;
    const open: OpenBlock = { block, text: '', citations: [], logprobs: [], hasSummary: false, part: 0 };
    this.#open.set(index, open);
    if (block.type === 'text' || block.type === 'refusal') yield* this.#beginPart(open);
    else yield* this.#leaveMessage();
  }

  /** Texts that follow each other are parts of one message. */
  *#beginPart(open: OpenBlock): Generator<JsonObject> {
    if (!this.#message) {
      const item = this.#place('msg');
      this.#message = { ...item, parts: [], isLeft: false };
      yield* this.#added(item.at, messageItem(item.id, [], false));
    }
    open.message = this.#message;
    open.part = this.#message.parts.push(undefined) - 1;
    if (open.block.type === 'refusal') this.#hasRefused = true;
    yield this.#inPart('response.content_part.added', open, { part: partOf({ ...open, citations: [] }) });
  }

  *#delta(index: number, delta: string): Generator<JsonObject> {
    const open = this.#open.get(index);
    if (!open) return;
    open.text += delta;
    switch (open.block.type) {
      case 'text':
        yield this.#inPart('response.output_text.delta', open, { delta, logprobs: [] });
        break;
      case 'refusal':
        yield this.#inPart('response.refusal.delta', open, { delta });
        break;
      case 'reasoning':
        yield* this.#beginSummary(open);
        yield inItem('response.reasoning_summary_text.delta', open, { summary_index: 0, delta });
        break;
      case 'tool-call':
        if (open.block.hosted) break;
        yield* this.#beginItem(open);
        yield inItem(`${callEvents(open.block)}.delta`, open, { delta });
    }
  }

  *#end(index: number): Generator<JsonObject> {
    const open = this.#open.get(index);
    if (!open) return;
    this.#open.delete(index);
    switch (open.block.type) {
      case 'text':
      case 'refusal':
        yield* this.#endPart(open);
        break;
      case 'reasoning':
        yield* this.#endReasoning(open);
        break;
      case 'tool-call':
        if (!open.block.hosted) yield* this.#endCall(open, open.block);
    }
  }

  *#endPart(open: OpenBlock): Generator<JsonObject> {
    const { message, text, logprobs } = open;
    if (!message) return;
    const part = partOf(open);
    message.parts[open.part] = part;
    if (open.block.type === 'text') {
      const annotations = part['annotations'] as readonly JsonValue[];
      for (const [annotation_index, annotation] of annotations.entries()) {
        yield this.#inPart('response.output_text.annotation.added', open, { annotation_index, annotation });
      }
      yield this.#inPart('response.output_text.done', open, { text, logprobs });
    } else yield this.#inPart('response.refusal.done', open, { refusal: text });
    yield this.#inPart('response.content_part.done', open, { part });
    if (message.isLeft) yield* this.#endMessage(message);
  }

  /** What is no text ends a message, or leaves it to end with its last part. */
  *#leaveMessage(): Generator<JsonObject> {
    const message = this.#message;
    if (!message) return;
    this.#message = undefined;
    message.isLeft = true;
    yield* this.#endMessage(message);
  }

  *#endMessage({ at, id, parts }: MessageItem): Generator<JsonObject> {
    const content = parts.filter((part) => part !== undefined);
    if (content.length === parts.length) yield* this.#done(at, messageItem(id, content, true));
  }

  *#endReasoning(open: OpenBlock): Generator<JsonObject> {
    const { text, opaque } = open;
    if (!open.hasSummary && !opaque) return;
    yield* this.#beginItem(open);
    if (open.hasSummary) {
      yield inItem('response.reasoning_summary_text.done', open, { summary_index: 0, text });
      const part = { type: 'summary_text', text };
      yield inItem('response.reasoning_summary_part.done', open, { summary_index: 0, part });
    }
    const encrypted = opaque && encryptedOf(opaque, this.#context.opaque);
    if (open.item) yield* this.#done(open.item.at, reasoningItem(open.item.id, text, encrypted));
  }

  *#endCall(open: OpenBlock, block: Extract<Block, { type: 'tool-call' }>): Generator<JsonObject> {
    yield* this.#beginItem(open);
    const isFreeform = block.form === 'freeform';
    const text = open.text === '' && !isFreeform ? '{}' : open.text;
    const said = isFreeform ? { input: text } : { name: block.name, arguments: text };
    yield inItem(`${callEvents(block)}.done`, open, said);
    if (open.item) yield* this.#done(open.item.at, callItem(open.item.id, block, text));
  }

  *#beginSummary(open: OpenBlock): Generator<JsonObject> {
    if (open.hasSummary) return;
    open.hasSummary = true;
    yield* this.#beginItem(open);
    const part = { type: 'summary_text', text: '' };
    yield inItem('response.reasoning_summary_part.added', open, { summary_index: 0, part });
  }

  /** As late as the first piece of its text, since the signature of a call goes in front of it. */
  *#beginItem(open: OpenBlock): Generator<JsonObject> {
    if (open.item) return;
    const { block, opaque } = open;
    if (block.type === 'reasoning') {
      open.item = this.#place('rs');
      yield* this.#added(open.item.at, reasoningItem(open.item.id, '', undefined));
    } else if (block.type === 'tool-call' && !block.hosted) {
      if (opaque)
        yield* this.#wholeItem('rs', (id) => reasoningItem(id, '', this.#context.opaque.seal(opaque)));
      open.item = this.#place(block.form === 'freeform' ? 'ctc' : 'fc');
      yield* this.#added(open.item.at, callItem(open.item.id, block, undefined));
    }
  }

  *#whole(part: WholePart): Generator<JsonObject> {
    yield* this.#leaveMessage();
    if (part.type === 'raw' && part.protocol === RESPONSES) {
      yield* this.#wholeItem('item', (id) => ({ id, ...(part.value as JsonObject) }));
    } else if (part.type === 'media' && part.media === 'image' && part.source.type === 'base64') {
      const { data: result } = part.source;
      yield* this.#wholeItem('ig', (id) => ({
        id,
        type: 'image_generation_call',
        status: 'completed',
        result,
      }));
    }
  }

  *#wholeItem(prefix: string, itemOf: (id: string) => JsonObject): Generator<JsonObject> {
    const { at, id } = this.#place(prefix);
    const item = itemOf(id);
    yield* this.#added(at, item);
    yield* this.#done(at, item);
  }

  *#finish({ reason }: FinishEvent): Generator<JsonObject> {
    yield* this.#leaveMessage();
    const output = this.#output.filter((item) => item !== undefined);
    const usage = encodeUsage(this.#usage);
    // A refusal in words is an answer like any other.
    const isAnswered = reason === 'content-filter' && this.#hasRefused;
    const incompleteReason = isAnswered ? undefined : INCOMPLETE[reason];
    const status = incompleteReason === undefined ? 'completed' : 'incomplete';
    const progress = { status, output, usage } as const;
    yield this.#lifecycle(
      `response.${status}`,
      incompleteReason === undefined ? progress : { ...progress, incompleteReason },
    );
  }

  #place(prefix: string): { readonly at: number; readonly id: string } {
    const at = this.#output.push(undefined) - 1;
    return { at, id: itemId(this.#context, prefix, at) };
  }

  *#added(output_index: number, item: JsonObject): Generator<JsonObject> {
    yield { type: 'response.output_item.added', output_index, item };
  }

  *#done(output_index: number, item: JsonObject): Generator<JsonObject> {
    this.#output[output_index] = item;
    yield { type: 'response.output_item.done', output_index, item };
  }

  #inPart(type: string, { message, part }: OpenBlock, fields: JsonObject): JsonObject {
    return {
      type,
      item_id: message?.id ?? '',
      output_index: message?.at ?? 0,
      content_index: part,
      ...fields,
    };
  }
}

function inItem(type: string, { item }: OpenBlock, fields: JsonObject): JsonObject {
  return { type, item_id: item?.id ?? '', output_index: item?.at ?? 0, ...fields };
}

function partOf({ block, text, citations, logprobs }: OpenBlock): JsonObject {
  return block.type === 'refusal' ? refusalPart(text) : textPart(text, citations, logprobs);
}

function callEvents({ form }: Extract<Block, { type: 'tool-call' }>): string {
  return form === 'freeform' ? 'response.custom_tool_call_input' : 'response.function_call_arguments';
}
