import {
  BlockWriter,
  type ChatEvent,
  type ChatRequest,
  defined,
  type FinishReason,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type SseEvent,
  type Usage,
} from '@dragoman/core';
import { ChoiceDecoder } from './choice-decoder.ts';
import { decodeError } from './decode-error.ts';
import { decodeUsage } from './usage.ts';
import { OPENAI_CHAT } from './wire.ts';

/** Tells a `chat.completion` as events: its messages are chunks that hold everything. */
export function* decodeReply(body: JsonObject, request: ChatRequest): Generator<ChatEvent> {
  const decoder = new ReplyDecoder(request);
  const choices = arrayOf(body['choices']).filter(isJsonObject);
  yield* decoder.chunk({ ...body, choices: choices.map((choice) => ({ ...choice, delta: choice['message'] ?? {} })) });
  yield* decoder.end();
}

/** Tells a stream of `chat.completion.chunk`s as events. */
export async function* decodeStream(
  events: AsyncIterable<SseEvent>,
  request: ChatRequest,
): AsyncGenerator<ChatEvent> {
  const decoder = new ReplyDecoder(request);
  for await (const { data } of events) {
    if (data.trim() === '[DONE]') break;
    const chunk = parseChunk(data);
    if (chunk) yield* decoder.chunk(chunk);
  }
  yield* decoder.end();
}

function parseChunk(data: string): JsonObject | undefined {
  if (data.trim() === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (cause) {
    throw new GatewayError('upstream-broken', 'The upstream sent a chunk that is not JSON.', { cause });
  }
  if (!isJsonObject(value)) throw new GatewayError('upstream-broken', 'The upstream sent a chunk that is no object.');
  return value;
}

/** The state of one reply while its chunks come in. */
class ReplyDecoder {
  readonly #request: ChatRequest;
  readonly #writer = new BlockWriter();
  readonly #choices = new Map<number, ChoiceDecoder>();
  #started = false;
  #id = '';
  #usage: Usage | undefined;

  constructor(request: ChatRequest) {
    this.#request = request;
  }

  *chunk(chunk: JsonObject): Generator<ChatEvent> {
    if (chunk['error']) throw decodeError(200, {}, chunk as JsonValue);
    this.#usage = decodeUsage(chunk['usage']) ?? this.#usage;
    const choices = arrayOf(chunk['choices']).filter(isJsonObject);
    // Azure begins with a chunk that has no choices and names neither id nor model.
    if (choices.length > 0 && !this.#started) yield this.#start(chunk);
    for (const choice of choices) {
      const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
      yield* this.#choice(index).decode(choice);
    }
  }

  /** What is left to tell when the upstream has nothing more to say. */
  *end(): Generator<ChatEvent> {
    const choices = [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
    const reasons = choices.map((choice) => choice.reason());
    const [reason, ...otherReasons] = reasons;
    if (!reason || otherReasons.includes(undefined)) {
      throw new GatewayError('upstream-broken', "The upstream's reply ended early, without a finish reason.");
    }
    for (const choice of choices) yield* choice.end();
    yield* this.#writer.closeAll();
    const unknown = choices[0]?.unknownReason;
    yield defined({
      type: 'finish' as const,
      reason,
      otherReasons: otherReasons.length > 0 ? (otherReasons as FinishReason[]) : undefined,
      usage: this.#usage,
      extensions: unknown === undefined ? undefined : { [OPENAI_CHAT]: { finish_reason: unknown } },
    });
  }

  #start(chunk: JsonObject): ChatEvent {
    this.#started = true;
    this.#id = textOf(chunk['id']);
    const { created, system_fingerprint, service_tier } = chunk;
    const kept = defined({
      system_fingerprint: system_fingerprint ?? undefined,
      service_tier: service_tier ?? undefined,
    });
    return defined({
      type: 'start' as const,
      id: this.#id,
      model: textOf(chunk['model']) || this.#request.model,
      created: typeof created === 'number' ? created : undefined,
      extensions: Object.keys(kept).length > 0 ? { [OPENAI_CHAT]: kept } : undefined,
    });
  }

  #choice(index: number): ChoiceDecoder {
    let choice = this.#choices.get(index);
    if (!choice) {
      choice = new ChoiceDecoder({ index, writer: this.#writer, replyId: this.#id, request: this.#request });
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : '';
}
