import {
  BlockWriter,
  type ChatEvent,
  EventParser,
  type FinishReason,
  GatewayError,
  type HeaderMap,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  parseJson,
  readCount,
  type ReplyEnd,
  type StreamDecoder,
  STATUS_KINDS,
  type Usage,
} from '@dragoman/plugin';
import { callId, listOf } from './wire.ts';

/** A whole reply is the last line of a stream with everything in it. */
export function* decodeReply(body: JsonObject): Generator<ChatEvent> {
  const decoder = decodeStream();
  yield* decoder.push({ data: JSON.stringify(body) });
  yield* decoder.end();
}

export function decodeStream(): StreamDecoder {
  return new LineDecoder();
}

class LineDecoder implements StreamDecoder {
  readonly #parser = new EventParser('a line');
  readonly #blocks = new BlockWriter();
  #isBegun = false;
  #calls = 0;
  isOver = false;

  *push({ data }: { readonly data: string }): Generator<ChatEvent> {
    const said = this.#parser.parse(data);
    if (!said) return;
    if (said['error'] !== undefined) throw decodeError(200, {}, said);
    if (!this.#isBegun) yield { type: 'start', id: '', model: textOf(said['model']) };
    this.#isBegun = true;
    const message = isJsonObject(said['message']) ? said['message'] : {};
    yield* this.#write('reasoning', message['thinking']);
    yield* this.#write('text', message['content']);
    for (const call of listOf(message['tool_calls'])) yield* this.#call(call);
    if (said['done'] === true) yield* this.#finish(said);
  }

  end(): readonly ChatEvent[] {
    if (!this.isOver) throw new GatewayError('upstream-broken', 'The reply ended before its last line.');
    return [];
  }

  *#write(type: 'text' | 'reasoning', text: JsonValue | undefined): Generator<ChatEvent> {
    if (typeof text !== 'string' || text === '') return;
    yield* this.#blocks.close(type === 'text' ? 'reasoning' : 'text');
    yield* this.#blocks.open(type, type === 'text' ? { type } : { type, form: 'raw' });
    yield* this.#blocks.delta(type, text);
  }

  *#call(call: JsonValue): Generator<ChatEvent> {
    const called = isJsonObject(call) && isJsonObject(call['function']) ? call['function'] : {};
    const key = callId(this.#calls++);
    yield* this.#blocks.closeAll();
    const name = textOf(called['name']);
    yield* this.#blocks.open(key, { type: 'tool-call', id: key, name, form: 'json' });
    yield* this.#blocks.delta(key, JSON.stringify(called['arguments'] ?? {}));
    yield* this.#blocks.close(key);
  }

  *#finish(last: JsonObject): Generator<ChatEvent> {
    yield* this.#blocks.closeAll();
    this.isOver = true;
    const usage = usageOf(last);
    yield { type: 'finish', reason: this.#reasonOf(last), ...(usage && { usage }) };
  }

  #reasonOf({ done_reason: reason }: JsonObject): FinishReason {
    if (reason === 'length') return 'max-tokens';
    return this.#calls > 0 ? 'tool-use' : 'stop';
  }
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}

function usageOf(last: JsonObject): Usage | undefined {
  const [input, output] = [readCount(last['prompt_eval_count']), readCount(last['eval_count'])];
  return input === undefined || output === undefined ? undefined : { input, output };
}

export function decodeError(status: number, _headers: HeaderMap, body: JsonValue | undefined): GatewayError {
  const text = isJsonObject(body) && typeof body['error'] === 'string' ? body['error'] : undefined;
  return new GatewayError(STATUS_KINDS[status] ?? 'upstream-broken', text ?? 'The upstream failed.');
}

/** The last line has the usage. */
export function readEnd(_wire: string, text: string): ReplyEnd {
  const last = parseJson(text.trimEnd().split('\n').at(-1) ?? '');
  if (!isJsonObject(last)) return { isComplete: false };
  const usage = usageOf(last);
  const isFailed = last['error'] !== undefined;
  return { isComplete: last['done'] === true || isFailed, isFailed, ...(usage && { usage }) };
}
