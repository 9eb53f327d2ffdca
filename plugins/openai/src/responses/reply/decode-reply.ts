import {
  type ChatEvent,
  type ChatRequest,
  defined,
  endsInFailure,
  EventParser,
  type FinishReason,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type ReplyEnd,
  type SseEvent,
  type StreamDecoder,
} from '@dragoman/plugin';
import { decodeError } from '../../common/decode-error.ts';
import { arrayOf } from '../../common/values.ts';
import { ItemDecoder } from './item-decoder.ts';
import { decodeUsage } from '../usage.ts';

/** Tells a whole `response` as events. */
export function decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent> {
  return new ReplyDecoder(request).finish(body);
}

/** Tells the stream of a response as events. */
export function decodeStream(request: ChatRequest): StreamDecoder {
  return new ReplyDecoder(request);
}

/** The state of one reply while its events come in. */
class ReplyDecoder implements StreamDecoder {
  readonly #request: ChatRequest;
  readonly #items: ItemDecoder;
  #started = false;
  isOver = false;
  readonly #parser = new EventParser('an event');

  constructor(request: ChatRequest) {
    this.#request = request;
    this.#items = new ItemDecoder(request);
  }

  *push({ data }: SseEvent): Generator<ChatEvent> {
    const event = this.#parser.parse(data);
    if (!event) return;
    const { type, response } = event;
    if (type === 'error' || event['error']) throw errorOf(event['error'] ? event : { error: event });
    if (isJsonObject(response) && !this.#started) yield this.#start(response);
    switch (type) {
      case 'response.completed':
      case 'response.incomplete':
      case 'response.failed':
      case 'response.cancelled':
        yield* this.finish(isJsonObject(response) ? response : {});
        break;
      default:
        if (this.#started) yield* this.#items.event(event);
    }
  }

  /** The last event has told everything; without it, the response is not whole. */
  end(): Iterable<ChatEvent> {
    if (this.isOver) return [];
    throw new GatewayError('upstream-broken', "The upstream's reply ended early, without a last event.");
  }

  /** What the finished response adds to the events so far. */
  *finish(response: JsonObject): Generator<ChatEvent> {
    const { status, error, output, usage, incomplete_details } = response;
    if (isJsonObject(error)) throw errorOf({ error });
    if (status === 'failed' || status === 'cancelled')
      throw new GatewayError('upstream-broken', `The upstream's response has ${status}.`);
    if (!this.#started) yield this.#start(response);
    for (const [at, item] of arrayOf(output).entries()) {
      if (isJsonObject(item)) yield* this.#items.done(at, item);
    }
    yield* this.#items.end();
    this.isOver = true;
    const details = isJsonObject(incomplete_details) ? incomplete_details['reason'] : undefined;
    yield defined({ type: 'finish' as const, reason: this.#reason(details), usage: decodeUsage(usage) });
  }

  #start({ id, model, created_at }: JsonObject): ChatEvent {
    this.#started = true;
    return defined({
      type: 'start' as const,
      id: typeof id === 'string' ? id : '',
      model: typeof model === 'string' && model !== '' ? model : this.#request.model,
      created: typeof created_at === 'number' ? created_at : undefined,
    });
  }

  #reason(incomplete: unknown): FinishReason {
    if (incomplete === 'max_output_tokens') return 'max-tokens';
    if (incomplete === 'content_filter') return 'content-filter';
    if (this.#items.hasCalls) return 'tool-use';
    return this.#items.hasRefused ? 'content-filter' : 'stop';
  }
}

function errorOf(body: JsonObject): GatewayError {
  return decodeError(200, {}, body);
}

const LAST_EVENT =
  /^data:\s*\{[^\n]{0,200}"type"\s*:\s*"(?:response\.(?:completed|incomplete|failed|cancelled)|error)"/m;

/** Judges a reply that ended by its JSON text or by the last bytes of its stream. */
export function readEnd(text: string): ReplyEnd {
  const usage = usageOf(text);
  const isWhole = /^\s*\{/.test(text);
  // The last event repeats the whole answer and may be longer than what is kept.
  const isInside = !/^(?:data|event|id|retry)?:/m.test(text);
  const isFailed = endsInFailure(text) || undefined;
  return defined({ usage, isComplete: isWhole || isInside || LAST_EVENT.test(text), isFailed });
}

/** An object that holds at most one more level of objects, as usage does. */
const USAGE = /"usage"\s*:\s*(\{(?:[^{}]|\{[^{}]*\})*\})/y;

/** Parses the usage alone; within a text, quotes would be escaped, so the key is not found there. */
function usageOf(text: string) {
  USAGE.lastIndex = Math.max(0, text.lastIndexOf('"usage"'));
  const found = USAGE.exec(text)?.[1];
  return found === undefined ? undefined : decodeUsage(JSON.parse(found));
}
