import {
  BlockWriter,
  type ChatEvent,
  type ChatRequest,
  defined,
  EventParser,
  failureIn,
  type FinishReason,
  GatewayError,
  isJsonObject,
  type JsonObject,
  type SseEvent,
  type StreamDecoder,
  type Usage,
} from '@dragoman/plugin';
import { CandidateDecoder } from './candidate-decoder.ts';
import { decodeError } from './decode-error.ts';
import { toolNamesOf } from '../encode-context.ts';
import { decodeUsage } from './usage.ts';
import { arrayOf, GEMINI } from '../wire.ts';

/** Tells a whole reply as events: it is a stream of one chunk. */
export function* decodeReply(body: JsonObject, request: ChatRequest): Generator<ChatEvent> {
  const decoder = new ReplyDecoder(request);
  yield* decoder.chunk(body);
  yield* decoder.end();
}

/** Tells a stream of replies, each with new parts, as events. */
export function decodeStream(request: ChatRequest): StreamDecoder {
  return new ReplyDecoder(request);
}

/** More candidates than any server gives would only take memory. */
const MAX_CANDIDATES = 8;

/** The state of one reply while its chunks come in. */
class ReplyDecoder implements StreamDecoder {
  /** This wire has no last event: its streams just end. */
  readonly isOver = false;
  readonly #parser = new EventParser('a chunk');
  readonly #request: ChatRequest;
  readonly #writer: BlockWriter;
  readonly #candidates = new Map<number, CandidateDecoder>();
  #id: string | undefined;
  #isBlocked = false;
  #usage: Usage | undefined;

  constructor(request: ChatRequest) {
    this.#request = request;
    this.#writer = new BlockWriter(toolNamesOf(request));
  }

  *push({ data }: SseEvent): Generator<ChatEvent> {
    const chunk = this.#parser.parseWrapped(data);
    if (chunk) yield* this.chunk(chunk);
  }

  *chunk(chunk: JsonObject): Generator<ChatEvent> {
    if (failureIn(chunk)) throw decodeError(200, {}, chunk);
    this.#usage = decodeUsage(chunk['usageMetadata']) ?? this.#usage;
    const feedback = chunk['promptFeedback'];
    if (isJsonObject(feedback) && feedback['blockReason']) this.#isBlocked = true;
    const candidates = arrayOf(chunk['candidates']).filter(isJsonObject);
    if (this.#id === undefined && (candidates.length > 0 || this.#isBlocked)) yield this.#start(chunk);
    for (const candidate of candidates) yield* this.#candidate(candidate['index']).decode(candidate);
  }

  *end(): Generator<ChatEvent> {
    const candidates = [...this.#candidates.values()].toSorted((a, b) => a.index - b.index);
    const reasons = candidates.map((candidate) => candidate.reason());
    const [first = this.#isBlocked ? 'content-filter' : undefined] = reasons;
    if (!first || reasons.includes(undefined))
      throw new GatewayError('upstream-broken', "The upstream's reply ended early, without a finish reason.");
    for (const candidate of candidates) yield* candidate.end();
    yield* this.#writer.closeAll();
    const others = reasons.slice(1).map((reason): FinishReason => reason ?? first);
    const unknown = candidates[0]?.unknownReason;
    yield defined({
      type: 'finish' as const,
      reason: first,
      otherReasons: others.length > 0 ? others : undefined,
      usage: this.#usage,
      extensions: unknown === undefined ? undefined : { [GEMINI]: { finishReason: unknown } },
    });
  }

  #start({ responseId, modelVersion }: JsonObject): ChatEvent {
    this.#id = typeof responseId === 'string' ? responseId : '';
    const model =
      typeof modelVersion === 'string' && modelVersion !== '' ? modelVersion : this.#request.model;
    return defined({ type: 'start' as const, id: this.#id, model, usage: this.#usage });
  }

  #candidate(wireIndex: unknown): CandidateDecoder {
    const isIndex = typeof wireIndex === 'number' && Number.isInteger(wireIndex);
    const index = isIndex && wireIndex >= 0 && wireIndex < MAX_CANDIDATES ? wireIndex : 0;
    let candidate = this.#candidates.get(index);
    if (!candidate) {
      const idSeed = this.#id || `m${this.#request.messages.length}`;
      candidate = new CandidateDecoder(this.#writer, { index, idSeed });
      this.#candidates.set(index, candidate);
    }
    return candidate;
  }
}
