import { type ChatEvent, sumCounts, type Usage } from '@dragoman/plugin';

/** In characters. A longer reply without a call passes as it is. */
const MAX_HELD = 1024 * 1024;

/** Holds a reply until its first call. Its usage has that of the replies before it. */
export class HeldReply {
  readonly #spent: Usage | undefined;
  readonly #events: ChatEvent[] = [];
  readonly #texts = new Set<number>();
  #size = 0;
  isHeld = true;
  /** What the model said, without its thoughts. */
  text = '';
  usage: Usage | undefined;

  constructor(spent: Usage | undefined) {
    this.#spent = spent;
  }

  /** Returns the events that may be passed on. */
  push(event: ChatEvent): readonly ChatEvent[] {
    const own = this.#counted(event);
    if (!this.isHeld) return [own];
    this.#events.push(own);
    if (event.type === 'block-start' && event.block.type === 'text') this.#texts.add(event.index);
    if (event.type === 'block-delta') {
      this.#size += event.delta.length;
      if (this.#texts.has(event.index)) this.text += event.delta;
    }
    const isCall = event.type === 'block-start' && event.block.type === 'tool-call';
    return isCall || this.#size > MAX_HELD ? this.release() : [];
  }

  /** Returns what was held. From now on, nothing is. */
  release(): readonly ChatEvent[] {
    this.isHeld = false;
    return this.#events.splice(0);
  }

  #counted(event: ChatEvent): ChatEvent {
    if (!('usage' in event) || !event.usage) return event;
    this.usage = this.#spent ? added(this.#spent, event.usage) : event.usage;
    return { ...event, usage: this.usage };
  }
}

function added(before: Usage, usage: Usage): Usage {
  const sum = (name: 'cacheRead' | 'cacheWrite' | 'reasoning'): Partial<Usage> =>
    before[name] === undefined && usage[name] === undefined
      ? {}
      : { [name]: sumCounts(before[name], usage[name]) };
  return {
    ...usage,
    input: sumCounts(before.input, usage.input),
    output: sumCounts(before.output, usage.output),
    ...{ ...sum('cacheRead'), ...sum('cacheWrite'), ...sum('reasoning') },
  };
}
