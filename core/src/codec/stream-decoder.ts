import type { ChatEvent } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { MAX_WORDS } from './answer.ts';
import { parseJson } from './reply-text.ts';
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
    if (event.event === 'error') refuseText(event.data);
    // Not by `yield*`, which would wait for each.
    for (const one of decoder.push(event)) yield one;
    if (decoder.isOver) break;
  }
  for (const one of decoder.end()) yield one;
}

/** Proxies and compatible servers tell of an error by a text, which no decoder takes. */
function refuseText(data: string): void {
  const text = data.trim();
  if (text === '' || parseJson(text) !== undefined) return;
  throw new GatewayError('upstream-broken', `The upstream reported an error: ${text.slice(0, MAX_WORDS)}`);
}
