import { decodedArguments, scanJson, scanLiteral, scanString, skipJson } from './json-text.ts';
import type { Region } from './regions.ts';
import type { ReplyWriter } from './reply-writer.ts';
import { attempt, type Reading, type RegionEnd, reject, type TextReader } from './text-reader.ts';

/** Calls as JSON objects: `{"name": …, "arguments": {…}}`, in any order, with `parameters` for `arguments`. */
export interface EnvelopeRules {
  /** The region has no marker: only names of known tools are calls, and objects with any other member are answers. */
  readonly isBare?: boolean;
  /** What ends the region. Absent: its last object does. */
  readonly end?: string;
}

/** Other members make an object without a marker an answer. */
const BARE_MEMBERS = new Set(['type', 'id', 'name', 'arguments', 'parameters']);
const SEPARATORS = ',;}]';

/** A region of one or more envelopes, with whitespace, `,`, `;` or stray brackets between them. */
export function envelopes(rules: EnvelopeRules = {}): Region {
  const { end } = rules;
  return function* (text, reply) {
    yield* text.spaces();
    if (yield* text.takes('[')) yield* text.spaces();
    yield* new Envelope(text, reply, rules).read();
    for (;;) {
      yield* skipSeparators(text, reply);
      if (end !== undefined && (yield* text.takes(end))) {
        reply.dropSpace();
        return {};
      }
      const isObject = (yield* text.peek()) === '{';
      if (!isObject || !(yield* attempt(text, () => new Envelope(text, reply, rules).read())))
        return end === undefined ? {} : { owes: [end] };
    }
  };
}

/** The whitespace belongs to the reply: text may follow. */
function* skipSeparators(text: TextReader, reply: ReplyWriter): Reading {
  for (;;) {
    yield* text.spaces((piece) => reply.content(piece));
    const char = yield* text.peek();
    if (char === '' || !SEPARATORS.includes(char)) return;
    text.skip(1);
  }
}

/** Reads one object. */
class Envelope {
  readonly #text: TextReader;
  readonly #reply: ReplyWriter;
  readonly #isBare: boolean;
  #name: string | undefined;
  /** Arguments that came before the name. */
  #arguments: string | undefined;
  #isCommitted = false;

  constructor(text: TextReader, reply: ReplyWriter, { isBare = false }: EnvelopeRules) {
    this.#text = text;
    this.#reply = reply;
    this.#isBare = isBare;
  }

  /** Rejects what is not a call. Once it is one, the object ends at the first character that does not fit. */
  *read(): Reading<RegionEnd> {
    const text = this.#text;
    if (!(yield* text.takes('{'))) reject();
    do {
      yield* text.spaces();
      if (!(yield* this.#member())) return this.#broken();
      yield* text.spaces();
    } while (yield* text.takes(','));
    if (!(yield* text.takes('}'))) return this.#broken();
    if (!this.#isCommitted) this.#commit('{}');
    return {};
  }

  #broken(): RegionEnd {
    if (!this.#isCommitted) reject();
    return {};
  }

  /** `false`: it is broken. */
  *#member(): Reading<boolean> {
    const text = this.#text;
    if (this.#isCommitted) {
      if ((yield* text.peek()) !== '"' || !(yield* skipJson(text)) || !(yield* this.#colon())) return false;
      return yield* skipJson(text);
    }
    const key = yield* scanString(text);
    if (key === undefined || (this.#isBare && !BARE_MEMBERS.has(key)) || !(yield* this.#colon()))
      return false;
    if (key === 'name' && this.#name === undefined) return yield* this.#readName();
    const isFirst = this.#arguments === undefined;
    if (isFirst && (key === 'arguments' || key === 'parameters')) return yield* this.#readArguments();
    return yield* skipJson(text);
  }

  *#colon(): Reading<boolean> {
    yield* this.#text.spaces();
    const isThere = yield* this.#text.takes(':');
    yield* this.#text.spaces();
    return isThere;
  }

  *#readName(): Reading<boolean> {
    const name = (yield* scanString(this.#text))?.trim() ?? '';
    if (name === '') return false;
    this.#reply.check(name, { mustBeKnown: this.#isBare });
    this.#name = name;
    if (this.#arguments !== undefined) this.#commit(this.#arguments);
    return true;
  }

  *#readArguments(): Reading<boolean> {
    const [text, reply] = [this.#text, this.#reply];
    const char = yield* text.peek();
    if (char === '{' && this.#name !== undefined) {
      this.#begin(this.#name);
      const isWhole = yield* scanJson(text, (piece) => reply.arguments(piece));
      reply.endCall();
      return isWhole;
    }
    const json = yield* readWhole(text, char);
    if (json === undefined) return false;
    this.#arguments = json;
    if (this.#name !== undefined) this.#commit(json);
    return true;
  }

  #begin(name: string): void {
    this.#isCommitted = true;
    this.#reply.commit(name);
  }

  #commit(json: string): void {
    if (this.#name === undefined) reject();
    this.#begin(this.#name);
    this.#reply.arguments(json);
    this.#reply.endCall();
  }
}

/** Arguments as an object, as a string with an object in it, or `null`. `undefined`: anything else. */
function* readWhole(text: TextReader, first: string): Reading<string | undefined> {
  if (first === '{') {
    let json = '';
    return (yield* scanJson(text, (piece) => (json += piece))) ? json : undefined;
  }
  if (first === '"') {
    const written = yield* scanString(text);
    return written === undefined ? undefined : decodedArguments(written);
  }
  return (yield* scanLiteral(text)) === 'null' ? '{}' : undefined;
}
