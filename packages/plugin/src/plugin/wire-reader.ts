import type { ChatEvent, ChatRequest } from '../canonical/chat.ts';
import type { JsonObject } from '../canonical/json.ts';
import type { RequestInput } from './protocol.ts';
import type { StreamDecoder } from '../codec/stream-decoder.ts';

/**
 * Decodes the recorded bytes of one wire, so that traces show messages and tool calls. It runs in the trace store's
 * thread. All of it is pure: usually the decoders that the protocol and the provider already have.
 */
export interface WireReader {
  /** Decodes a client's request. */
  decodeRequest(input: RequestInput): ChatRequest;
  /** Decodes a whole reply to that request. */
  decodeReply(body: JsonObject, request: ChatRequest): Iterable<ChatEvent>;
  /** Creates a decoder for a streamed reply to that request. */
  decodeStream(request: ChatRequest): StreamDecoder;
}

/**
 * Readers by wire: `{ 'openai-chat': reader }`. The module that `Plugin.wireReaders` names exports them as
 * `wireReaders`.
 */
export type WireReaders = Readonly<Record<string, WireReader>>;
