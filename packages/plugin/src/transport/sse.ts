import { GatewayError } from '../canonical/errors.ts';

/** One server-sent event. `id` and `retry` mean nothing to an LLM stream and are left out. */
export interface SseEvent {
  readonly event?: string;
  readonly data: string;
}

export interface ReadSseOptions {
  /** The most that one event may hold, in characters, which are never more than its bytes. */
  readonly maxEventBytes?: number;
}

const DEFAULT_MAX_EVENT_BYTES = 16 * 1024 * 1024;

/** Reads server-sent events, at any chunking. The last event counts even without its blank line. */
export async function* readSse(
  bytes: AsyncIterable<Uint8Array | string>,
  options: ReadSseOptions = {},
): AsyncGenerator<SseEvent> {
  const parser = new SseParser(options);
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of bytes) {
    const events = parser.push(typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true }));
    for (const event of events) yield event;
  }
  for (const event of parser.push(decoder.decode())) yield event;
  for (const event of parser.end()) yield event;
}

const LINE_END = /\r\n|\r|\n/;

/** Writes one event; each line of `data` gets its own field, as the format requires. */
export function encodeSse(data: string, event?: string): string {
  const name = event === undefined ? '' : `event: ${event}\n`;
  if (!data.includes('\n') && !data.includes('\r')) return `${name}data: ${data}\n\n`;
  return `${name}${data
    .split(LINE_END)
    .map((line) => `data: ${line}\n`)
    .join('')}\n`;
}

/** Parses server-sent events from chunks of text. It looks at every character once: an incomplete line is only appended to. */
export class SseParser {
  readonly #limit: number;
  #isFirst = true;
  #skipLineFeed = false;
  #line = '';
  #event: string | undefined;
  #data: string | undefined;

  constructor({ maxEventBytes = DEFAULT_MAX_EVENT_BYTES }: ReadSseOptions = {}) {
    this.#limit = maxEventBytes;
  }

  /** The events that `text` completes. */
  push(text: string): SseEvent[] {
    const events: SseEvent[] = [];
    if (text === '') return events;
    let start = this.#isFirst && text.startsWith('\uFEFF') ? 1 : 0;
    this.#isFirst = false;
    if (this.#skipLineFeed && text[start] === '\n') start++;
    this.#skipLineFeed = false;

    let lineFeed = text.indexOf('\n', start);
    let carriageReturn = text.indexOf('\r', start);
    while (lineFeed >= 0 || carriageReturn >= 0) {
      const byReturn = carriageReturn >= 0 && (lineFeed < 0 || carriageReturn < lineFeed);
      const end = byReturn ? carriageReturn : lineFeed;
      this.#endLine(text.slice(start, end), events);
      start = end + 1;
      if (byReturn && lineFeed === start) start++;
      else if (byReturn && start === text.length) this.#skipLineFeed = true;
      if (lineFeed >= 0 && lineFeed < start) lineFeed = text.indexOf('\n', start);
      if (byReturn) carriageReturn = text.indexOf('\r', start);
    }
    if (start < text.length) this.#line += text.slice(start);
    this.#checkSize(this.#line.length);
    return events;
  }

  /** The last event, if it has no blank line. */
  end(): SseEvent[] {
    return this.push('\n\n');
  }

  #endLine(rest: string, events: SseEvent[]): void {
    const line = this.#line === '' ? rest : this.#line + rest;
    this.#line = '';
    if (line !== '') this.#readField(line);
    else {
      if (this.#data !== undefined) {
        events.push(
          this.#event === undefined ? { data: this.#data } : { event: this.#event, data: this.#data },
        );
      }
      this.#event = undefined;
      this.#data = undefined;
    }
  }

  #readField(line: string): void {
    if (line === 'data' || line.startsWith('data:')) {
      this.#checkSize(line.length);
      const value = valueAfter(line, 4);
      this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
    } else if (line.startsWith('event:')) {
      this.#event = valueAfter(line, 5) || undefined;
    }
  }

  #checkSize(more: number): void {
    if ((this.#data?.length ?? 0) + more <= this.#limit) return;
    throw new GatewayError(
      'upstream-broken',
      `The upstream sent an event of more than ${this.#limit} bytes.`,
    );
  }
}

/** A field's value: the text after the colon, without one leading space. */
function valueAfter(line: string, colon: number): string {
  return line.slice(line.charCodeAt(colon + 1) === 0x20 ? colon + 2 : colon + 1);
}
