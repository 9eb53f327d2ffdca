import {
  type Block,
  BlockWriter,
  type ChatEvent,
  type ChatRequest,
  type Citation,
  defined,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type Opaque,
} from '@dragoman/plugin';
import { arrayOf } from '../../common/values.ts';
import { toolNamesOf } from '../request/encode-context.ts';
import { RESPONSES } from '../wire.ts';

/** The output items of one response while their events come in. Whatever a delta left out, the done events bring. */
export class ItemDecoder {
  readonly #writer: BlockWriter;
  /** Blocks that have text, by key. */
  readonly #told = new Set<string>();
  /** Places whose item is over. */
  readonly #done = new Set<number>();
  /** Which summary of a reasoning item was told last. */
  readonly #summaries = new Map<number, number>();
  hasCalls = false;
  hasRefused = false;

  constructor(request: ChatRequest) {
    this.#writer = new BlockWriter(toolNamesOf(request));
  }

  *event(event: JsonObject): Generator<ChatEvent> {
    const at = numberOf(event['output_index']);
    const item = isJsonObject(event['item']) ? event['item'] : {};
    if (this.#done.has(at)) return;
    switch (event['type']) {
      case 'response.output_item.added':
        yield* this.#openCall(at, item);
        break;
      case 'response.output_item.done':
        yield* this.done(at, item);
        break;
      case 'response.content_part.added':
      case 'response.reasoning_summary_part.added':
        yield* this.#openPart(at, event);
        break;
      case 'response.output_text.delta':
        yield* this.#text(partKey(at, event), { type: 'text' }, event['delta']);
        yield* this.#logprobs(partKey(at, event), event['logprobs']);
        break;
      case 'response.output_text.done':
        yield* this.#rest(partKey(at, event), { type: 'text' }, event['text']);
        break;
      case 'response.output_text.annotation.added':
        yield* this.#citation(partKey(at, event), event['annotation']);
        break;
      case 'response.refusal.delta':
        yield* this.#text(partKey(at, event), { type: 'refusal' }, event['delta']);
        break;
      case 'response.refusal.done':
        yield* this.#rest(partKey(at, event), { type: 'refusal' }, event['refusal']);
        break;
      case 'response.reasoning_summary_text.delta':
        yield* this.#summary(at, numberOf(event['summary_index']), event['delta']);
        break;
      case 'response.reasoning_text.delta':
        yield* this.#text(`${at}`, { type: 'reasoning', form: 'raw' }, event['delta']);
        break;
      case 'response.function_call_arguments.delta':
      case 'response.custom_tool_call_input.delta':
        yield* this.#add(`${at}`, event['delta']);
        break;
      case 'response.function_call_arguments.done':
        if (!this.#told.has(`${at}`)) yield* this.#add(`${at}`, event['arguments']);
        break;
      case 'response.custom_tool_call_input.done':
        if (!this.#told.has(`${at}`)) yield* this.#add(`${at}`, event['input']);
        break;
    }
  }

  /** An item that is over: what of it was not told yet. */
  *done(at: number, item: JsonObject): Generator<ChatEvent> {
    if (this.#done.has(at)) return;
    this.#done.add(at);
    switch (item['type']) {
      case 'message':
        for (const [index, part] of arrayOf(item['content']).entries())
          yield* this.#part(`${at}.${index}`, part);
        break;
      case 'reasoning':
        yield* this.#reasoning(at, item);
        break;
      case 'function_call':
      case 'custom_tool_call':
        yield* this.#openCall(at, item);
        if (!this.#told.has(`${at}`)) yield* this.#add(`${at}`, item['arguments'] ?? item['input']);
        yield* this.#writer.close(`${at}`);
        break;
      default:
        yield { type: 'block', index: this.#writer.nextIndex(), part: partOfHosted(item) };
    }
  }

  *end(): Generator<ChatEvent> {
    yield* this.#writer.closeAll();
  }

  *#openCall(at: number, item: JsonObject): Generator<ChatEvent> {
    const { type, name, call_id, id } = item;
    if ((type !== 'function_call' && type !== 'custom_tool_call') || typeof name !== 'string') return;
    this.hasCalls = true;
    const form = type === 'custom_tool_call' ? 'freeform' : 'json';
    yield* this.#writer.open(`${at}`, { type: 'tool-call', id: textOf(call_id) || textOf(id), name, form });
  }

  /** Blocks are in the order in which their parts began. */
  *#openPart(at: number, event: JsonObject): Generator<ChatEvent> {
    const type = isJsonObject(event['part']) ? event['part']['type'] : undefined;
    if (type === 'output_text') yield* this.#writer.open(partKey(at, event), { type: 'text' });
    if (type === 'refusal') yield* this.#writer.open(partKey(at, event), { type });
    if (type === 'reasoning_text') yield* this.#writer.open(`${at}`, { type: 'reasoning', form: 'raw' });
    if (type === 'summary_text') yield* this.#writer.open(`${at}`, { type: 'reasoning', form: 'summary' });
  }

  *#part(key: string, part: JsonValue): Generator<ChatEvent> {
    if (!isJsonObject(part)) return;
    if (part['type'] === 'refusal') yield* this.#rest(key, { type: 'refusal' }, part['refusal']);
    if (part['type'] === 'output_text') {
      yield* this.#rest(key, { type: 'text' }, part['text']);
      if (!this.#told.has(`${key} cited`)) {
        for (const annotation of arrayOf(part['annotations'])) yield* this.#citation(key, annotation);
      }
      if (!this.#told.has(`${key} weighed`)) yield* this.#logprobs(key, part['logprobs']);
    }
    yield* this.#writer.close(key);
  }

  *#reasoning(at: number, item: JsonObject): Generator<ChatEvent> {
    const key = `${at}`;
    if (!this.#told.has(key)) {
      const raw = textsOf(item['content']);
      yield* this.#text(key, { type: 'reasoning', form: 'raw' }, raw.join('\n\n'));
      if (raw.length === 0)
        for (const [index, text] of textsOf(item['summary']).entries()) yield* this.#summary(at, index, text);
    }
    const { encrypted_content: data, id } = item;
    if (typeof data === 'string' && data !== '') {
      yield* this.#writer.open(key, { type: 'reasoning', form: 'hidden' });
      const index = this.#writer.indexOf(key);
      const itemId = typeof id === 'string' ? id : undefined;
      const opaque: Opaque = defined({ protocol: RESPONSES, kind: 'reasoning' as const, data, itemId });
      if (index !== undefined) yield { type: 'block-opaque', index, opaque };
    }
    yield* this.#writer.close(key);
  }

  /** The summaries of an item are paragraphs of one block. */
  *#summary(at: number, index: number, delta: JsonValue | undefined): Generator<ChatEvent> {
    if (typeof delta !== 'string' || delta === '') return;
    const last = this.#summaries.get(at);
    this.#summaries.set(at, index);
    const isNext = last !== undefined && last !== index;
    yield* this.#text(`${at}`, { type: 'reasoning', form: 'summary' }, isNext ? `\n\n${delta}` : delta);
  }

  /** A text that no delta told. */
  *#rest(key: string, block: Block, text: JsonValue | undefined): Generator<ChatEvent> {
    if (!this.#told.has(key)) yield* this.#text(key, block, text);
  }

  *#text(key: string, block: Block, delta: JsonValue | undefined): Generator<ChatEvent> {
    if (typeof delta !== 'string' || delta === '') return;
    if (block.type === 'refusal') this.hasRefused = true;
    yield* this.#writer.open(key, block);
    yield* this.#add(key, delta);
  }

  *#add(key: string, delta: JsonValue | undefined): Generator<ChatEvent> {
    if (typeof delta !== 'string' || delta === '') return;
    this.#told.add(key);
    yield* this.#writer.delta(key, delta);
  }

  *#citation(key: string, annotation: JsonValue | undefined): Generator<ChatEvent> {
    const citation = isJsonObject(annotation) ? decodeCitation(annotation) : undefined;
    if (!citation) return;
    this.#told.add(`${key} cited`);
    yield* this.#writer.open(key, { type: 'text' });
    const index = this.#writer.indexOf(key);
    if (index !== undefined) yield { type: 'block-citation', index, citation };
  }

  *#logprobs(key: string, logprobs: JsonValue | undefined): Generator<ChatEvent> {
    const tokens = arrayOf(logprobs);
    const index = this.#writer.indexOf(key);
    if (tokens.length === 0 || index === undefined) return;
    this.#told.add(`${key} weighed`);
    yield { type: 'block-logprobs', index, logprobs: tokens };
  }
}

function partKey(at: number, event: JsonObject): string {
  return `${at}.${numberOf(event['content_index'])}`;
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === 'number' ? value : 0;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function textsOf(parts: JsonValue | undefined): readonly string[] {
  return arrayOf(parts).flatMap((part) => {
    const text = isJsonObject(part) ? textOf(part['text']) : '';
    return text === '' ? [] : [text];
  });
}

function decodeCitation({ type, url, title, start_index, end_index }: JsonObject): Citation | undefined {
  if (type !== 'url_citation' || typeof url !== 'string') return undefined;
  return defined({
    url,
    title: typeof title === 'string' ? title : undefined,
    start: typeof start_index === 'number' ? start_index : undefined,
    end: typeof end_index === 'number' ? end_index : undefined,
  });
}

/** What ran at the upstream: a picture is everyone's, all else only this protocol knows. */
function partOfHosted(item: JsonObject): Extract<ChatEvent, { type: 'block' }>['part'] {
  const { type, result, output_format: format } = item;
  if (type !== 'image_generation_call' || typeof result !== 'string') {
    return { type: 'raw', protocol: RESPONSES, value: item };
  }
  const mimeType = `image/${typeof format === 'string' ? format : 'png'}`;
  return { type: 'media', media: 'image', source: { type: 'base64', mimeType, data: result } };
}
