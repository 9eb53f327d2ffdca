import { GatewayError } from '../../canonical/errors.ts';
import type { SseEvent } from '../sse.ts';

/** Reads the objects of a streamed JSON array as events, at any chunking. */
export async function* readJsonEntries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder('utf-8');
  const parser = new JsonEntriesParser();
  for await (const chunk of bytes) {
    for (const event of parser.push(decoder.decode(chunk, { stream: true }))) yield event;
  }
}

const MAX_ENTRY_CHARACTERS = 16 * 1024 * 1024;

/** Finds the objects of a JSON array in chunks of text. It looks at every character once. */
export class JsonEntriesParser {
  #held = '';
  #at = 0;
  #start = -1;
  #depth = 0;
  #isText = false;
  #isEscaped = false;

  /** The objects that `text` completes. */
  push(text: string): SseEvent[] {
    this.#held += text;
    const entries: SseEvent[] = [];
    for (; this.#at < this.#held.length; this.#at += 1) this.#step(this.#held[this.#at] ?? '', entries);
    this.#held = this.#start < 0 ? '' : this.#held.slice(this.#start);
    this.#at = this.#held.length;
    if (this.#start > 0) this.#start = 0;
    if (this.#held.length > MAX_ENTRY_CHARACTERS) {
      throw new GatewayError(
        'upstream-broken',
        `The upstream sent an object of more than ${MAX_ENTRY_CHARACTERS} characters.`,
      );
    }
    return entries;
  }

  /** An object without its end is none. */
  end(): SseEvent[] {
    return [];
  }

  #step(letter: string, entries: SseEvent[]): void {
    if (this.#isText) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (letter === '\\') this.#isEscaped = true;
      else if (letter === '"') this.#isText = false;
    } else if (letter === '"') this.#isText = true;
    else if (letter === '{') {
      if (this.#depth === 0) this.#start = this.#at;
      this.#depth += 1;
    } else if (letter === '}' && this.#depth > 0) {
      this.#depth -= 1;
      if (this.#depth > 0) return;
      entries.push({ data: this.#held.slice(this.#start, this.#at + 1) });
      this.#start = -1;
    }
  }
}
