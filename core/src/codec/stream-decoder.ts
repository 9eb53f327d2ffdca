import type { ChatEvent } from '../canonical/chat.ts';
import type { SseEvent } from '../transport/sse.ts';

/** Reads one stream, event by event: it keeps what it has to know of those before, and waits for nothing. */
export interface StreamDecoder {
  /** Whether the stream has said that it is over: what comes after is not read. */
  readonly isOver: boolean;
  /** What an event tells. Throws a `GatewayError` where it tells of a failure or cannot be read. */
  push(event: SseEvent): Iterable<ChatEvent>;
  /** What is left to tell when nothing more comes. Throws `upstream-broken` when the reply is not whole. */
  end(): Iterable<ChatEvent>;
}

/** Decodes the events of a stream as they come. */
export async function* decodeEvents(
  events: AsyncIterable<SseEvent>,
  decoder: StreamDecoder,
): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    // Not by `yield*`, which would wait for each.
    for (const one of decoder.push(event)) yield one;
    if (decoder.isOver) break;
  }
  for (const one of decoder.end()) yield one;
}
