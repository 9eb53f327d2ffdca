import {
  BlockWriter,
  type ChatEvent,
  type ChatRequest,
  defined,
  EventParser,
  type FinishReason,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type SseEvent,
  type StreamDecoder,
  type ToolNames,
  type Usage,
} from '@dragoman/plugin';
import { decodeError } from './decode-error.ts';
import { toolNamesOf } from '../tool-names.ts';
import { decodeUsage } from './usage.ts';
import { ANTHROPIC, STOP_REASONS } from '../wire.ts';

const FINISH_REASONS: Readonly<Record<string, FinishReason>> = Object.fromEntries(
  Object.entries(STOP_REASONS).map(([reason, wire]) => [wire, reason as FinishReason]),
);

/** Tells a whole message as events: its blocks begin with all that they hold. */
export function* decodeReply(body: JsonObject, request: ChatRequest): Generator<ChatEvent> {
  const decoder = new MessageDecoder(toolNamesOf(request));
  const blocks = Array.isArray(body['content']) ? (body['content'] as readonly JsonValue[]) : [];
  yield* decoder.decode({ type: 'message_start', message: body });
  for (const [index, block] of blocks.entries()) {
    yield* decoder.decode({ type: 'content_block_start', index, content_block: block });
    yield* decoder.decode({ type: 'content_block_stop', index });
  }
  const { stop_reason, stop_sequence } = body;
  yield* decoder.decode({
    type: 'message_delta',
    delta: defined({ stop_reason, stop_sequence }),
    usage: body['usage'],
  });
  yield* decoder.end();
}

/** Tells a stream of Anthropic's events. */
export function decodeStream(request: ChatRequest): StreamDecoder {
  return new MessageDecoder(toolNamesOf(request));
}

/** The state of one message while its events come in. */
class MessageDecoder implements StreamDecoder {
  isOver = false;
  readonly #parser = new EventParser('an event');
  readonly #writer: BlockWriter;
  #isStarted = false;
  #usage: Usage | undefined;
  #finish:
    | { readonly reason: FinishReason; readonly unknown?: string; readonly stopSequence?: string }
    | undefined;

  constructor(names: ToolNames) {
    this.#writer = new BlockWriter(names);
  }

  *push({ data }: SseEvent): Generator<ChatEvent> {
    const event = this.#parser.parse(data);
    if (event) yield* this.decode(event);
  }

  *decode(event: JsonObject): Generator<ChatEvent> {
    const { index } = event;
    const key = typeof index === 'number' ? String(index) : '0';
    switch (event['type']) {
      case 'message_start':
        yield* this.#start(objectOf(event['message']));
        break;
      case 'content_block_start':
        yield* this.#open(key, objectOf(event['content_block']));
        break;
      case 'content_block_delta':
        yield* this.#delta(key, objectOf(event['delta']));
        break;
      case 'content_block_stop':
        yield* this.#writer.close(key);
        break;
      case 'message_delta':
        this.#end(objectOf(event['delta']), event['usage']);
        break;
      case 'message_stop':
        this.isOver = true;
        break;
      case 'ping':
        yield { type: 'ping' };
        break;
      case 'error':
        throw decodeError(200, {}, event);
      default:
        // A proxy in front may tell its error without a type.
        if (event['error']) throw decodeError(200, {}, event);
    }
  }

  *end(): Generator<ChatEvent> {
    if (!this.#isStarted || !this.#finish) {
      throw new GatewayError('upstream-broken', "The upstream's reply ended early, without a stop reason.");
    }
    yield* this.#writer.closeAll();
    const { reason, unknown, stopSequence } = this.#finish;
    const extensions = unknown === undefined ? undefined : { [ANTHROPIC]: { stop_reason: unknown } };
    yield defined({ type: 'finish' as const, reason, stopSequence, usage: this.#usage, extensions });
  }

  *#start(message: JsonObject): Generator<ChatEvent> {
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#usage = decodeUsage(message['usage']);
    yield defined({
      type: 'start' as const,
      id: textOf(message['id']),
      model: textOf(message['model']),
      usage: this.#usage,
    });
  }

  *#open(key: string, block: JsonObject): Generator<ChatEvent> {
    // A stream without a beginning still has an answer in it.
    if (!this.#isStarted) yield* this.#start({});
    const { type } = block;
    if (type === 'text') {
      yield* this.#writer.open(key, { type: 'text' });
      yield* this.#writer.delta(key, textOf(block['text']));
      for (const citation of arrayOf(block['citations'])) yield* this.#cite(key, objectOf(citation));
    } else if (type === 'thinking') {
      yield* this.#writer.open(key, { type: 'reasoning', form: 'raw' });
      yield* this.#writer.delta(key, textOf(block['thinking']));
      yield* this.#sign(key, textOf(block['signature']));
    } else if (type === 'redacted_thinking') {
      yield* this.#writer.open(key, { type: 'reasoning', form: 'hidden' });
      const opaque = { protocol: ANTHROPIC, kind: 'redacted' as const, data: textOf(block['data']) };
      yield { type: 'block-opaque', index: this.#writer.indexOf(key) ?? 0, opaque };
    } else if (type === 'tool_use') {
      const [id, name] = [textOf(block['id']), textOf(block['name'])];
      yield* this.#writer.open(key, { type: 'tool-call', id, name, form: 'json' });
      const input = objectOf(block['input']);
      // In a stream the input begins as an empty object, and its text follows.
      if (Object.keys(input).length > 0) yield* this.#writer.delta(key, JSON.stringify(input));
    } else if (typeof type === 'string') {
      yield {
        type: 'block',
        index: this.#writer.nextIndex(),
        part: { type: 'raw', protocol: ANTHROPIC, value: block },
      };
    }
  }

  *#delta(key: string, delta: JsonObject): Generator<ChatEvent> {
    if (!this.#writer.isOpen(key)) return;
    switch (delta['type']) {
      case 'text_delta':
        yield* this.#writer.delta(key, textOf(delta['text']));
        break;
      case 'thinking_delta':
        yield* this.#writer.delta(key, textOf(delta['thinking']));
        break;
      case 'input_json_delta':
        yield* this.#writer.delta(key, textOf(delta['partial_json']));
        break;
      case 'signature_delta':
        yield* this.#sign(key, textOf(delta['signature']));
        break;
      case 'citations_delta':
        yield* this.#cite(key, objectOf(delta['citation']));
        break;
    }
  }

  *#sign(key: string, data: string): Generator<ChatEvent> {
    if (data === '') return;
    const opaque = { protocol: ANTHROPIC, kind: 'thinking' as const, data };
    yield { type: 'block-opaque', index: this.#writer.indexOf(key) ?? 0, opaque };
  }

  *#cite(key: string, wire: JsonObject): Generator<ChatEvent> {
    const { url, title, document_title: document, cited_text: text } = wire;
    const citation = defined({
      url: textOf(url) || undefined,
      title: textOf(title) || textOf(document) || undefined,
      text: textOf(text) || undefined,
      extensions: { [ANTHROPIC]: wire },
    });
    yield { type: 'block-citation', index: this.#writer.indexOf(key) ?? 0, citation };
  }

  /** Counts are sums so far: they replace what was said before. */
  #end({ stop_reason: wire, stop_sequence: stopSequence }: JsonObject, usage: JsonValue | undefined): void {
    this.#usage = decodeUsage(usage, this.#usage) ?? this.#usage;
    if (typeof wire !== 'string') return;
    const reason = FINISH_REASONS[wire];
    this.#finish = {
      reason: reason ?? 'stop',
      ...(reason === undefined && { unknown: wire }),
      ...(typeof stopSequence === 'string' && { stopSequence }),
    };
  }
}

function objectOf(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
