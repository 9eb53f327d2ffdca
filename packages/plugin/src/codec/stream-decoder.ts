import type { ChatEvent } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { MAX_WORDS } from './answer.ts';
import { parseJson } from './reply-text.ts';
import type { SseEvent } from '../transport/sse.ts';

/** Decodes one stream, event by event and synchronously. It keeps what it needs to know of earlier events. */
export interface StreamDecoder {
  /** Whether the stream has ended: what follows is not read. */
  readonly isOver: boolean;
  /** Decodes an event. Throws a `GatewayError` if it reports a failure or is invalid. */
  push(event: SseEvent): Iterable<ChatEvent>;
  /** The remaining events at the end of the stream. Throws `upstream-broken` if the reply is incomplete. */
  end(): Iterable<ChatEvent>;
}

/** Decodes the events of a stream as they arrive. */
export async function* decodeEvents(
  events: AsyncIterable<SseEvent>,
  decoder: StreamDecoder,
): AsyncGenerator<ChatEvent> {
  for await (const event of events) {
    if (event.event === 'error') refuseText(event.data);
    // Not `yield*`, which would wait for each.
    for (const one of decoder.push(event)) yield one;
    if (decoder.isOver) break;
  }
  for (const one of decoder.end()) yield one;
}

/** Proxies and compatible servers may report an error as a string, which no decoder accepts. */
function refuseText(data: string): void {
  const text = data.trim();
  if (text === '' || parseJson(text) !== undefined) return;
  throw new GatewayError('upstream-broken', `The upstream reported an error: ${text.slice(0, MAX_WORDS)}`);
}
