import type { JsonObject } from '../canonical/json.ts';
import type { CallIds } from './call-ids.ts';
import { MAX_REGION, reject, type TextReader } from './text-reader.ts';

/** What a text turned out to be. Adjacent texts of a kind are joined. */
export type TextEvent =
  | { readonly type: 'content' | 'reasoning' | 'call-arguments'; readonly text: string }
  /** A call begins; `call-arguments` follow until its `call-end`, before anything else. */
  | { readonly type: 'call-start'; readonly id: string; readonly name: string }
  | { readonly type: 'call-end' };

/** A tool as a format sees it. */
export interface TextTool {
  readonly name: string;
  readonly description?: string | undefined;
  /** JSON Schema of the arguments. */
  readonly schema: JsonObject;
}

export interface ReplyRules {
  /** The tools of the request; without any, nothing is a call. */
  readonly tools: ReadonlyMap<string, TextTool>;
  /** The tool that the client named: calls of others are rejected. */
  readonly only?: string | undefined;
  /** Whether only the first call reaches the client. */
  readonly isSingle?: boolean | undefined;
  readonly ids: CallIds;
}

const WORD = /[^ \t\r\n]/;
const SPACES = new Set(' \t\r\n');

/**
 * Takes what a format reads, and keeps the rules that all formats share: whitespace around calls and thoughts, ids, and
 * which calls may pass.
 */
export class ReplyWriter {
  readonly #text: TextReader;
  readonly #rules: ReplyRules;
  #events: TextEvent[] = [];
  /** Whitespace whose fate the next character decides. */
  #space = '';
  /** The same run is longer than what may be held, and passes. */
  #isLongRun = false;
  #hasContent = false;
  #hasReasoning = false;
  /** What was read last. */
  #place: 'start' | 'reasoning' | 'after-reasoning' | 'text' | 'call' = 'start';
  #calls = 0;
  #isCallOpen = false;

  constructor(text: TextReader, rules: ReplyRules) {
    this.#text = text;
    this.#rules = rules;
  }

  /** Whether calls are read at all: the request has tools, and does not forbid them. */
  get isActive(): boolean {
    return this.#rules.tools.size > 0;
  }

  /** How many calls have begun. */
  get calls(): number {
    return this.#calls;
  }

  /** The tool of this name, if the request has it. */
  tool(name: string): TextTool | undefined {
    return this.#rules.tools.get(name);
  }

  toolNames(): Iterable<string> {
    return this.#rules.tools.keys();
  }

  /** Text for the client. Whitespace waits: next to a call, it is dropped. */
  content(text: string): void {
    this.#write('content', text);
  }

  /** Begins a thought. */
  beginReasoning(): void {
    this.dropSpace();
    this.#place = 'reasoning';
  }

  /** The next piece of a thought. Whitespace around the thought is dropped. */
  reasoning(text: string): void {
    this.#write('reasoning', text);
  }

  endReasoning(): void {
    this.dropSpace();
    this.#place = 'after-reasoning';
  }

  #write(type: 'content' | 'reasoning', text: string): void {
    const from = text.search(WORD);
    this.#hold(type, from === -1 ? text : text.slice(0, from));
    if (from === -1) return;
    const to = endOfWords(text);
    this.#say(type, this.#space + text.slice(from, to));
    this.dropSpace();
    if (type === 'reasoning') this.#hasReasoning = true;
    else {
      this.#hasContent = true;
      this.#place = 'text';
    }
    this.#hold(type, text.slice(to));
  }

  #hold(type: 'content' | 'reasoning', space: string): void {
    if (space === '' || this.#isLeading(type)) return;
    if (!this.#isLongRun) {
      this.#space += space;
      if (this.#space.length <= MAX_REGION) return;
    }
    this.#say(type, this.#isLongRun ? space : this.#space);
    this.#space = '';
    this.#isLongRun = true;
  }

  /** Whitespace at the beginning of a thought, and of the text after a thought or call, is dropped. */
  #isLeading(type: 'content' | 'reasoning'): boolean {
    if (type === 'reasoning') return !this.#hasReasoning;
    return !this.#hasContent && this.#place !== 'start' && this.#place !== 'text';
  }

  /** Drops the whitespace that was read last: it belongs to markup. */
  dropSpace(): void {
    this.#space = '';
    this.#isLongRun = false;
  }

  /** Whether a tool may be called, as far as the client named one. */
  allows(name: string): boolean {
    const { only } = this.#rules;
    return only === undefined || name === only;
  }

  /**
   * Rejects a call whose tool may not be called. `mustBeKnown`: the text has no marker, so that only the name of a tool
   * tells a call from an answer.
   */
  check(name: string, { mustBeKnown = false }: { readonly mustBeKnown?: boolean } = {}): void {
    if (!this.allows(name) || (mustBeKnown && !this.#rules.tools.has(name))) reject();
  }

  /** A call begins: its name is complete and its arguments have begun. From here on, it cannot be rejected. */
  commit(name: string, { id }: { readonly id?: string | undefined } = {}): void {
    this.endCall();
    this.#text.unmark();
    this.dropSpace();
    this.#place = 'call';
    this.#calls += 1;
    this.#isCallOpen = true;
    if (this.#passes) this.#events.push({ type: 'call-start', id: this.#rules.ids.next(id), name });
  }

  /** The next piece of the arguments' JSON. */
  arguments(text: string): void {
    if (this.#passes) this.#say('call-arguments', text);
  }

  endCall(): void {
    if (!this.#isCallOpen) return;
    this.#isCallOpen = false;
    if (this.#passes) this.#events.push({ type: 'call-end' });
  }

  /** A whole call. */
  call(name: string, json: string, options: { readonly id?: string | undefined } = {}): void {
    this.commit(name, options);
    this.arguments(json);
    this.endCall();
  }

  get #passes(): boolean {
    return this.#calls === 1 || !this.#rules.isSingle;
  }

  #say(type: 'content' | 'reasoning' | 'call-arguments', text: string): void {
    if (text === '') return;
    const last = this.#events.at(-1);
    if (last?.type === type) this.#events[this.#events.length - 1] = { type, text: last.text + text };
    else this.#events.push({ type, text });
  }

  /** The text is over. Whitespace at the end of a thought or text belongs to it; after a call, it is dropped. */
  end(): void {
    this.endCall();
    if (this.#place !== 'call') this.#say(this.#place === 'reasoning' ? 'reasoning' : 'content', this.#space);
    this.dropSpace();
  }

  /** What was read since the last time. */
  take(): readonly TextEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

function endOfWords(text: string): number {
  let end = text.length;
  while (end > 0 && SPACES.has(text.charAt(end - 1))) end -= 1;
  return end;
}
