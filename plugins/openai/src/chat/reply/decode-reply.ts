import {
  BlockWriter,
  type ChatEvent,
  type ChatRequest,
  defined,
  EventParser,
  failureIn,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type SseEvent,
  type StreamDecoder,
  type Usage,
} from '@dragoman/plugin';
import { ChoiceDecoder } from './choice-decoder.ts';
import { decodeError } from '../../common/decode-error.ts';
import { toolNamesOf } from '../encode-context.ts';
import { decodeUsage } from '../usage.ts';
import { arrayOf, idOf } from '../../common/values.ts';
import { OPENAI_CHAT } from '../wire.ts';

/** Tells a `chat.completion` as events: its messages are chunks that hold everything. */
export function* decodeReply(body: JsonObject, request: ChatRequest): Generator<ChatEvent> {
  const decoder = new ReplyDecoder(request);
  const choices = arrayOf(body['choices']).filter(isJsonObject).map(wholeChunk);
  yield* decoder.chunk({ ...body, choices });
  yield* decoder.end();
}

/** A message that came whole is over, even where the server forgot to say why. */
function wholeChunk(choice: JsonObject): JsonObject {
  const { message, finish_reason } = choice;
  if (!isJsonObject(message)) return choice;
  const calls = arrayOf(message['tool_calls']).filter(isJsonObject);
  const delta = { ...message, tool_calls: calls.map((call, index) => ({ ...call, index })) };
  return { ...choice, delta, finish_reason: finish_reason || 'stop' };
}

/** Tells a stream of `chat.completion.chunk`s as events. */
export function decodeStream(request: ChatRequest): StreamDecoder {
  return new ReplyDecoder(request);
}

/** The state of one reply while its chunks come in. */
class ReplyDecoder implements StreamDecoder {
  isOver = false;
  readonly #parser = new EventParser('a chunk');
  readonly #request: ChatRequest;
  readonly #writer: BlockWriter;
  readonly #choices = new Map<number, ChoiceDecoder>();
  #started = false;
  #id = '';
  #usage: Usage | undefined;

  constructor(request: ChatRequest) {
    this.#request = request;
    this.#writer = new BlockWriter(toolNamesOf(request));
  }

  push({ data }: SseEvent): Iterable<ChatEvent> {
    if (data.trim() === '[DONE]') this.isOver = true;
    const chunk = this.#parser.parse(data);
    return chunk ? this.chunk(chunk) : [];
  }

  *chunk(chunk: JsonObject): Generator<ChatEvent> {
    if (failureIn(chunk)) throw decodeError(200, {}, chunk);
    this.#usage = decodeUsage(chunk['usage']) ?? this.#usage;
    for (const choice of arrayOf(chunk['choices'])) {
      if (!isJsonObject(choice)) continue;
      // Not before: Azure begins with a chunk that has no choices and names neither id nor model.
      if (!this.#started) yield this.#start(chunk);
      if (choice['error']) throw decodeError(200, {}, choice);
      yield* this.#choice(choice['index']).decode(choice);
    }
  }

  /** What is left to tell when the upstream has nothing more to say. */
  *end(): Generator<ChatEvent> {
    const choices = [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
    const first = choices[0]?.reason();
    if (!first || choices.some((choice) => !choice.reason())) {
      throw new GatewayError('upstream-broken', "The upstream's reply ended early, without a finish reason.");
    }
    const count = (choices.at(-1)?.index ?? 0) + 1;
    const [reason = first, ...otherReasons] = Array.from(
      { length: count },
      (_, index) => this.#choices.get(index)?.reason() ?? first,
    );
    for (const choice of choices) yield* choice.end();
    yield* this.#writer.closeAll();
    const unknown = choices[0]?.unknownReason;
    yield defined({
      type: 'finish' as const,
      reason,
      otherReasons: otherReasons.length > 0 ? otherReasons : undefined,
      usage: this.#usage,
      extensions: unknown === undefined ? undefined : { [OPENAI_CHAT]: { finish_reason: unknown } },
    });
  }

  #start(chunk: JsonObject): ChatEvent {
    this.#started = true;
    this.#id = idOf(chunk['id']);
    const { created, model, system_fingerprint, service_tier } = chunk;
    const kept = defined({
      system_fingerprint: system_fingerprint ?? undefined,
      service_tier: service_tier ?? undefined,
    });
    return defined({
      type: 'start' as const,
      id: this.#id,
      model: typeof model === 'string' && model !== '' ? model : this.#request.model,
      created: typeof created === 'number' ? created : undefined,
      usage: this.#usage,
      extensions: Object.keys(kept).length > 0 ? { [OPENAI_CHAT]: kept } : undefined,
    });
  }

  #choice(wireIndex: JsonValue | undefined): ChoiceDecoder {
    const index = isChoiceIndex(wireIndex) ? wireIndex : 0;
    let choice = this.#choices.get(index);
    if (!choice) {
      const request = this.#request;
      const idSeed = this.#id.replaceAll(/[^A-Za-z0-9]/g, '').slice(-24) || `m${request.messages.length}`;
      choice = new ChoiceDecoder({ index, writer: this.#writer, idSeed, request });
      this.#choices.set(index, choice);
    }
    return choice;
  }
}

/** More choices than any server gives would only take memory. */
const MAX_CHOICES = 128;

function isChoiceIndex(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < MAX_CHOICES;
}
