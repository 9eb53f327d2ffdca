import type { ChatEvent } from './chat.ts';
import { GatewayError } from './errors.ts';
import { repairValues, valueFault } from './event-values.ts';
import type { JsonObject } from './json.ts';
import { MAX_REPLY_BYTES, tooLarge } from './reply-size.ts';
import { weigh } from './work-budget.ts';

/** The state of an event stream: which blocks are open, and whether it has started and finished. */
class GrammarState {
  readonly open = new Set<number>();
  readonly #used = new Set<number>();
  started = false;
  finished = false;

  /** Takes the next event; returns what is wrong with it, if anything. */
  accept(event: ChatEvent): string | undefined {
    if (this.finished) return `${event.type} after finish`;
    if (event.type === 'ping') return undefined;
    if (event.type === 'start') {
      if (this.started) return 'a second start';
      this.started = true;
      return undefined;
    }
    if (!this.started) return `${event.type} before start`;
    if (event.type === 'usage') return undefined;
    if (event.type === 'finish') {
      this.finished = true;
      return this.open.size > 0 ? `finish while ${[...this.open].join(', ')} is open` : undefined;
    }
    return this.#acceptBlock(event);
  }

  #acceptBlock(event: Extract<ChatEvent, { index: number }>): string | undefined {
    const { type, index } = event;
    if (type === 'block-start' || type === 'block') {
      if (this.#used.has(index)) return `index ${index} used twice`;
      this.#used.add(index);
      if (type === 'block-start') this.open.add(index);
      return undefined;
    }
    if (!this.open.has(index)) return `${type} for ${index}, which is not open`;
    if (type === 'block-delta' && event.delta === '') return 'an empty delta';
    if (type === 'block-end') this.open.delete(index);
    return undefined;
  }
}

/** Passes events on and throws at the first that breaks the grammar of {@link ChatEvent}. For tests and stored replies. */
export async function* checkGrammar(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  const state = new GrammarState();
  for await (const event of events) {
    let fault = valueFault(event);
    if (fault === undefined) repairValues(event, (wrong) => (fault ??= wrong));
    fault ??= state.accept(event);
    if (fault !== undefined) throw new GatewayError('internal', `The events break the grammar: ${fault}.`);
    yield event;
  }
  if (!state.finished) throw endedEarly();
}

/** A provider may report no more faults than this. */
const MAX_FAULTS = 1_000;

/** The memory cost of an event besides its text, in bytes, while a reply is put together. */
const EVENT_BYTES = 32;

/**
 * Repairs what it can, so that a provider's minor fault does not break a client: it closes blocks left open, replaces
 * invalid token counts and finish reasons, and drops events that are misplaced or invalid. Each fault goes to
 * `onFault`.
 */
export class GrammarGuard {
  readonly #state = new GrammarState();
  readonly #onFault: (fault: string) => void;
  #faults = 0;
  #size = 0;

  constructor(onFault: (fault: string) => void = () => {}) {
    this.#onFault = onFault;
  }

  get isFinished(): boolean {
    return this.#state.finished;
  }

  /**
   * Takes what a provider emitted, whatever it is, and returns the event to pass on, if any. Ends that are missing
   * before a finish go into `missing`. Throws `upstream-broken` when there is too much of it or too many faults.
   */
  take(emitted: unknown, missing: ChatEvent[]): ChatEvent | undefined {
    const wrong = valueFault(emitted);
    if (wrong !== undefined) return this.#leaveOut(wrong);
    const event = repairValues(emitted as ChatEvent, this.#fault);
    if (!event) return undefined;
    if (event.type === 'finish') this.#closeAll(missing);
    const fault = this.#state.accept(event);
    if (fault !== undefined) return this.#leaveOut(fault);
    this.#size +=
      EVENT_BYTES + (event.type === 'block-delta' ? event.delta.length : weigh(event as JsonObject));
    if (this.#size > MAX_REPLY_BYTES) throw tooLarge();
    return event;
  }

  #closeAll(missing: ChatEvent[]): void {
    const open = [...this.#state.open].toSorted((a, b) => a - b);
    if (open.length > 0) this.#fault(`finish while ${open.slice(0, 10).join(', ')} is open`);
    for (const index of open) {
      const end: ChatEvent = { type: 'block-end', index };
      this.#state.accept(end);
      missing.push(end);
    }
  }

  #leaveOut(fault: string): undefined {
    this.#fault(fault);
  }

  readonly #fault = (fault: string): void => {
    this.#onFault(fault);
    this.#faults += 1;
    if (this.#faults > MAX_FAULTS)
      throw new GatewayError('upstream-broken', "The upstream's provider emitted invalid events.");
  };
}

export function endedEarly(): GatewayError {
  return new GatewayError('upstream-broken', "The upstream's reply ended early.");
}
