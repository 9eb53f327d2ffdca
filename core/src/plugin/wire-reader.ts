import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { SseEvent } from '../transport/sse.ts';
import type { RequestInput } from './plugin.ts';

/** Reads what passed on a wire, so that traces can tell what it means. All of it is pure. */
export interface WireReader {
  decodeRequest(input: RequestInput): ChatRequest;
  /** Tells a whole reply as events. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  /** Tells a stream as events. */
  decodeStream(events: AsyncIterable<SseEvent>, request: ChatRequest): AsyncIterable<ChatEvent>;
}

/** By the name of the wire. The module that {@link Plugin.wireReaders} names exports them as `wireReaders`. */
export type WireReaders = Readonly<Record<string, WireReader>>;
