import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { RequestInput } from './protocol.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';

/** Reads what passed on a wire, so that traces can tell what it means. All of it is pure. */
export interface WireReader {
  decodeRequest(input: RequestInput): ChatRequest;
  /** Decodes a whole reply. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  /** Creates a decoder for one stream. */
  decodeStream(request: ChatRequest): StreamDecoder;
}

/** By the name of the wire. The module that {@link Plugin.wireReaders} names exports them as `wireReaders`. */
export type WireReaders = Readonly<Record<string, WireReader>>;
