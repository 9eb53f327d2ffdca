import type { ReplyWriter } from './reply-writer.ts';
import { attempt, firstCharacters, type Reading, type RegionEnd, type TextReader } from './text-reader.ts';

/**
 * Reads one region, whose start marker was taken, and tells its calls to `reply`. It calls `reject()` if the text cannot
 * be a call. It takes no more than belongs to the region.
 */
export type Region = (text: TextReader, reply: ReplyWriter) => Reading<RegionEnd>;

/** Reads a whole reply, after its reasoning. */
export type ReadReply = (text: TextReader, reply: ReplyWriter) => Reading;

export interface RegionRules {
  /** What begins a region, by marker. */
  readonly starts: Readonly<Record<string, Region>>;
  /** Tokens of the template that reach the text at times. They are left out of it. */
  readonly noise?: readonly string[];
  /** Calls without a marker, if the reply begins with one of these characters. */
  readonly bare?: { readonly opens: string; readonly region: Region };
}

/** Reads text with calls in regions, which markers begin. What is not a call stays text. */
export function regions(rules: RegionRules): ReadReply {
  return (text, reply) => new RegionsReader(rules, { text, reply }).read();
}

interface Place {
  readonly text: TextReader;
  readonly reply: ReplyWriter;
}

class RegionsReader {
  readonly #rules: RegionRules;
  readonly #text: TextReader;
  readonly #reply: ReplyWriter;
  /** End markers of regions that ended without them. */
  readonly #owed = new Set<string>();
  #markers: Markers;

  constructor(rules: RegionRules, { text, reply }: Place) {
    this.#rules = rules;
    this.#text = text;
    this.#reply = reply;
    this.#markers = this.#findMarkers();
  }

  *read(): Reading {
    const [text, reply] = [this.#text, this.#reply];
    yield* this.#readBare();
    for (;;) {
      reply.content(yield* text.piece(this.#markers.first));
      const marker = yield* text.find(this.#markers.all);
      if (marker !== undefined) {
        yield* this.#readMarker(marker);
        continue;
      }
      const char = yield* text.next();
      if (char === '') return;
      reply.content(char);
    }
  }

  *#readBare(): Reading {
    const [text, reply, { bare }] = [this.#text, this.#reply, this.#rules];
    if (!bare) return;
    yield* text.spaces((piece) => reply.content(piece));
    const first = yield* text.peek();
    if (first === '' || !bare.opens.includes(first)) return;
    this.#owe(yield* attempt(text, () => bare.region(text, reply)));
  }

  *#readMarker(marker: string): Reading {
    const [text, reply] = [this.#text, this.#reply];
    const region = this.#rules.starts[marker];
    if (region) {
      const end = yield* attempt(text, () => {
        text.skip(marker.length);
        return region(text, reply);
      });
      this.#owe(end);
      if (end) return;
      reply.content(marker);
    } else if (this.#owed.delete(marker)) this.#markers = this.#findMarkers();
    text.skip(marker.length);
  }

  #owe({ owes = [] }: RegionEnd = {}): void {
    if (owes.length === 0) return;
    for (const end of owes) this.#owed.add(end);
    this.#markers = this.#findMarkers();
  }

  #findMarkers(): Markers {
    const { starts, noise = [] } = this.#rules;
    const all = [...Object.keys(starts), ...noise, ...this.#owed];
    return { all, first: firstCharacters(all) };
  }
}

interface Markers {
  readonly all: readonly string[];
  /** Matches their first characters. */
  readonly first: RegExp;
}
