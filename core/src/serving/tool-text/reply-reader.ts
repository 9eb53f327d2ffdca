import {
  BlockWriter,
  CallIds,
  type ChatEvent,
  type FinishEvent,
  reasonWithCalls,
  ReplyParser,
  type TextEvent,
} from '@dragoman/plugin';
import type { TextRules } from '../../upstreams/text-rules.ts';
import type { TextTools } from './text-tools.ts';

type BlockEvent = Extract<ChatEvent, { readonly index: number }>;

/** Where the events of one of the upstream's blocks go. */
type Target =
  | { readonly kind: 'text'; readonly choice: number }
  | { readonly kind: 'same'; readonly index: number }
  | { readonly kind: 'held'; readonly choice: number };

/** Reads the calls and thoughts in the text of a reply. Whatever else the upstream sends passes. */
export class ReplyReader {
  readonly #rules: TextRules;
  readonly #tools: TextTools;
  readonly #blocks: BlockWriter;
  readonly #ids: CallIds;
  readonly #targets = new Map<number, Target>();
  readonly #choices = new Map<number, Choice>();

  constructor(rules: TextRules, tools: TextTools) {
    this.#rules = rules;
    this.#tools = tools;
    this.#blocks = new BlockWriter(tools.names);
    this.#ids = new CallIds(rules.format?.ids);
  }

  *push(event: ChatEvent): Generator<ChatEvent> {
    if (event.type === 'block-start' || event.type === 'block') yield* this.#begin(event);
    else if ('index' in event) yield* this.#continue(event);
    else if (event.type === 'finish') yield* this.#finish(event);
    else yield event;
  }

  *#begin(event: Extract<BlockEvent, { type: 'block-start' | 'block' }>): Generator<ChatEvent> {
    const choice = this.#choice(event.choice ?? 0);
    const isCall = event.type === 'block-start' && event.block.type === 'tool-call' && !event.block.hosted;
    if (event.type === 'block-start' && event.block.type === 'text') {
      this.#targets.set(event.index, { kind: 'text', choice: choice.index });
      return;
    }
    if (isCall && this.#isHolding) {
      this.#targets.set(event.index, { kind: 'held', choice: choice.index });
      choice.held.push(event);
      return;
    }
    if (isCall) choice.calls += 1;
    yield* choice.close();
    yield* this.#pass(event);
  }

  /** The upstream reads calls, too: those of the text are the same ones. */
  get #isHolding(): boolean {
    return this.#rules.format !== undefined && this.#rules.transport === 'passthrough';
  }

  *#pass(event: Extract<BlockEvent, { type: 'block-start' | 'block' }>): Generator<ChatEvent> {
    const index = this.#blocks.nextIndex();
    this.#targets.set(event.index, { kind: 'same', index });
    yield { ...event, index };
  }

  *#continue(event: BlockEvent): Generator<ChatEvent> {
    const target = this.#targets.get(event.index);
    if (target?.kind === 'text') yield* this.#readText(event, this.#choice(target.choice));
    else if (target?.kind === 'held') this.#choice(target.choice).held.push(event);
    else if (target) yield { ...event, index: target.index };
  }

  *#readText(event: BlockEvent, choice: Choice): Generator<ChatEvent> {
    if (event.type === 'block-delta') {
      yield* choice.write(choice.parser.push(event.delta));
      return;
    }
    // The text goes on in the next block, and what belongs to a text in the one that is open.
    const index = choice.textIndex;
    if (event.type !== 'block-end' && index !== undefined) yield { ...event, index };
  }

  *#finish(event: FinishEvent): Generator<ChatEvent> {
    const all = [...this.#choices.values()].toSorted((a, b) => a.index - b.index);
    for (const choice of all) {
      yield* choice.end();
      if (choice.parser.calls > 0) continue;
      for (const held of choice.held) {
        if (held.type === 'block-start') {
          choice.calls += 1;
          yield* this.#pass(held);
        } else yield* this.#continue(held);
      }
    }
    if (!this.#rules.format) {
      yield event;
      return;
    }
    const reasonOf = (reason: FinishEvent['reason'], at: number): FinishEvent['reason'] =>
      reasonWithCalls(reason, this.#choices.get(at)?.called ?? 0);
    const { otherReasons } = event;
    yield {
      ...event,
      reason: reasonOf(event.reason, 0),
      ...(otherReasons && { otherReasons: otherReasons.map((reason, at) => reasonOf(reason, at + 1)) }),
    };
  }

  #choice(index: number): Choice {
    let choice = this.#choices.get(index);
    if (!choice) {
      const { format, reasoning } = this.#rules;
      const { tools, only, isSingle } = this.#tools;
      const parser = new ReplyParser({ ...{ format, reasoning, only, isSingle }, tools, ids: this.#ids });
      this.#choices.set(index, (choice = new Choice(index, parser, this.#blocks)));
    }
    return choice;
  }
}

/** One choice, with the block that is open in it. */
class Choice {
  readonly index: number;
  readonly parser: ReplyParser;
  /** Calls that the upstream read. */
  calls = 0;
  /** The upstream's calls, which pass only if the text has none. */
  readonly held: BlockEvent[] = [];
  readonly #blocks: BlockWriter;

  constructor(index: number, parser: ReplyParser, blocks: BlockWriter) {
    this.index = index;
    this.parser = parser;
    this.#blocks = blocks;
  }

  get called(): number {
    return this.calls + this.parser.calls;
  }

  /** The index of the text that is open. */
  get textIndex(): number | undefined {
    return this.#blocks.indexOf(this.#key('content'));
  }

  *write(events: readonly TextEvent[]): Generator<ChatEvent> {
    for (const event of events) {
      if (event.type === 'call-start') {
        yield* this.close();
        const { id, name } = event;
        yield* this.#open('call', { type: 'tool-call', id, name, form: 'json' });
      } else if (event.type === 'call-end') yield* this.close();
      else if (event.type === 'call-arguments') yield* this.#blocks.delta(this.#key('call'), event.text);
      else yield* this.#say(event.type, event.text);
    }
  }

  *#say(type: 'content' | 'reasoning', text: string): Generator<ChatEvent> {
    if (!this.#blocks.isOpen(this.#key(type))) yield* this.close();
    yield* this.#open(type, type === 'content' ? { type: 'text' } : { type: 'reasoning', form: 'raw' });
    yield* this.#blocks.delta(this.#key(type), text);
  }

  #open(kind: string, block: Parameters<BlockWriter['open']>[1]): Generator<ChatEvent> {
    return this.#blocks.open(this.#key(kind), block, this.index);
  }

  *close(): Generator<ChatEvent> {
    for (const kind of ['content', 'reasoning', 'call']) yield* this.#blocks.close(this.#key(kind));
  }

  *end(): Generator<ChatEvent> {
    yield* this.write(this.parser.end());
    yield* this.close();
  }

  #key(kind: string): string {
    return `${kind} ${this.index}`;
  }
}
