import { CallIds, type CallIdRule } from './call-ids.ts';
import { type ReasoningMode, type ReasoningTags, readReasoning } from './reasoning.ts';
import type { ReadReply } from './regions.ts';
import { type ReplyRules, ReplyWriter, type TextEvent } from './reply-writer.ts';
import { type Reading, TextReader } from './text-reader.ts';

/** How the text of a reply is read. */
export interface ReplyFormat {
  /**
   * Reads the text: `regions()` for calls that markers begin. Called once for each choice of a request with tools; with
   * `reasoning: 'own'`, of every request.
   */
  readonly read: ReadReply;
  /** The tags around thoughts. `own`: `read` finds the thoughts itself. Default: `<think>` and `</think>`. */
  readonly reasoning?: ReasoningTags | 'own';
  /** Default: `call_` and 24 letters and digits. */
  readonly ids?: CallIdRule;
}

export interface ReplyParserInput extends Partial<ReplyRules> {
  /** Absent: no calls are read, only reasoning. */
  readonly format?: ReplyFormat | undefined;
  /** Where thoughts are. Default `tagged`. */
  readonly reasoning?: ReasoningMode;
  /** The largest region that is held until it is clear whether it is a call, in characters. */
  readonly maxRegion?: number;
}

const NOTHING = /(?!)/g;

/** Reads the text of one choice as it arrives. How the text is cut into pieces changes nothing. */
export class ReplyParser {
  readonly #text: TextReader;
  readonly #reply: ReplyWriter;
  readonly #reading: Reading;

  constructor({ format, reasoning = 'tagged', maxRegion, ...rules }: ReplyParserInput) {
    const { tools = new Map(), ids = new CallIds(format?.ids) } = rules;
    this.#text = new TextReader(maxRegion === undefined ? {} : { maxRegion });
    this.#reply = new ReplyWriter(this.#text, { ...rules, tools, ids });
    this.#reading = this.#read(format, reasoning);
  }

  /** How many calls there were. */
  get calls(): number {
    return this.#reply.calls;
  }

  push(piece: string): readonly TextEvent[] {
    this.#text.push(piece);
    this.#reading.next();
    return this.#reply.take();
  }

  /** What is left at the end of the text. */
  end(): readonly TextEvent[] {
    this.#text.end();
    this.#reading.next();
    this.#reply.end();
    return this.#reply.take();
  }

  *#read(format: ReplyFormat | undefined, mode: ReasoningMode): Reading {
    const [text, reply] = [this.#text, this.#reply];
    const isOwn = format?.reasoning === 'own';
    const tags = isOwn ? {} : (format?.reasoning ?? {});
    if (!isOwn) yield* readReasoning(text, reply, { mode, tags });
    if (format && (isOwn || reply.isActive)) yield* format.read(text, reply);
    while (yield* text.more()) reply.content(yield* text.piece(NOTHING));
  }
}
