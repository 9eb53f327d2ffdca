import type { SseEvent } from '../sse.ts';

/** Reads the objects of a streamed JSON array as events, at any chunking. */
export async function* readJsonEntries(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<SseEvent> {
  const decoder = new TextDecoder('utf-8');
  const splitter = new EntrySplitter();
  for await (const chunk of bytes) {
    for (const data of splitter.push(decoder.decode(chunk, { stream: true }))) yield { data };
  }
}

/** Finds the top-level objects. It looks at every character once. */
class EntrySplitter {
  #held = '';
  #at = 0;
  #start = -1;
  #depth = 0;
  #isText = false;
  #isEscaped = false;

  push(text: string): readonly string[] {
    this.#held += text;
    const entries: string[] = [];
    for (; this.#at < this.#held.length; this.#at += 1) this.#step(this.#held[this.#at] ?? '', entries);
    this.#held = this.#start < 0 ? '' : this.#held.slice(this.#start);
    this.#at = this.#held.length;
    if (this.#start > 0) this.#start = 0;
    return entries;
  }

  #step(letter: string, entries: string[]): void {
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
      entries.push(this.#held.slice(this.#start, this.#at + 1));
      this.#start = -1;
    }
  }
}
