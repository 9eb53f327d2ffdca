import { GatewayError } from '../canonical/errors.ts';

/** One event of a server-sent event stream. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}

/** The largest event, in UTF-16 code units; more than any reply holds, less than hurts. */
const MAX_EVENT_LENGTH = 16 * 1024 * 1024;

/**
 * Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html) from bytes that
 * are cut anywhere. Other than the standard, it also gives an event that the stream ends without a blank line.
 */
export async function* readSse(
  bytes: AsyncIterable<Uint8Array | string>,
  maxEventLength = MAX_EVENT_LENGTH,
): AsyncGenerator<SseEvent> {
  const parser = new SseParser(maxEventLength);
  const decoder = new TextDecoder();
  for await (const chunk of bytes) {
    yield* parser.push(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
  }
  yield* parser.push(decoder.decode());
  yield* parser.push('\n\n');
}

/** One event as it is sent. */
export function encodeSse(data: string, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  return `${name}data: ${data.includes('\n') ? data.replaceAll('\n', '\ndata: ') : data}\n\n`;
}

/** Only new text is searched for line ends, so that tiny pieces of a long line cost no more than large ones. */
class SseParser {
  readonly #limit: number;
  #pieces: string[] = [];
  #length = 0;
  #afterReturn = false;
  #first = true;
  #event: string | undefined;
  #data: string[] = [];

  constructor(limit: number) {
    this.#limit = limit;
  }

  *push(text: string): Generator<SseEvent> {
    if (text === '') return;
    let from = this.#afterReturn && text.startsWith('\n') ? 1 : 0;
    this.#afterReturn = false;
    let feed = text.indexOf('\n', from);
    let carriage = text.indexOf('\r', from);
    while (feed >= 0 || carriage >= 0) {
      const end = feed < 0 || (carriage >= 0 && carriage < feed) ? carriage : feed;
      const event = this.#line(this.#take(text.slice(from, end)));
      if (event) yield event;
      from = end + 1;
      if (end === carriage) {
        if (from === text.length) this.#afterReturn = true;
        else if (text.startsWith('\n', from)) from += 1;
      }
      if (feed >= 0 && feed < from) feed = text.indexOf('\n', from);
      if (carriage >= 0 && carriage < from) carriage = text.indexOf('\r', from);
    }
    this.#keep(text.slice(from));
  }

  #take(end: string): string {
    this.#keep(end);
    const line = this.#pieces.length === 1 ? end : this.#pieces.join('');
    this.#pieces = [];
    return line;
  }

  #keep(piece: string): void {
    this.#length += piece.length;
    if (this.#length > this.#limit) {
      throw new GatewayError('upstream-broken', 'The upstream sent an event that is too large.');
    }
    this.#pieces.push(piece);
  }

  #line(text: string): SseEvent | undefined {
    const line = this.#first && text.startsWith('\uFEFF') ? text.slice(1) : text;
    this.#first = false;
    if (line === '') return this.#dispatch();
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.startsWith(' ', colon + 1) ? colon + 2 : colon + 1);
    if (name === 'data') this.#data.push(value);
    else if (name === 'event') this.#event = value;
    return undefined;
  }

  #dispatch(): SseEvent | undefined {
    const event = this.#event;
    const data = this.#data;
    this.#event = undefined;
    this.#data = [];
    this.#length = 0;
    if (data.length === 0) return undefined;
    const text = data.length === 1 ? (data[0] ?? '') : data.join('\n');
    return event ? { event, data: text } : { data: text };
  }
}
