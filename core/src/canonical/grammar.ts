import type { ChatEvent } from './chat.ts';
import { GatewayError } from './errors.ts';
import { mendValues, valueFault } from './event-values.ts';
import type { JsonObject } from './json.ts';
import { MAX_REPLY_BYTES, tooLarge } from './reply-size.ts';
import { weigh } from './work-budget.ts';

/** Where a stream of events stands: which blocks are open, and whether it began and ended. */
class GrammarState {
  readonly open = new Set<number>();
  readonly #used = new Set<number>();
  started = false;
  finished = false;

  /** Takes the next event; says what is wrong with it, if anything. */
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

/** Passes events on and throws at the first that breaks the grammar of {@link ChatEvent}. For tests. */
export async function* checkGrammar(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  const state = new GrammarState();
  for await (const event of events) {
    let fault = valueFault(event);
    if (fault === undefined) mendValues(event, (wrong) => (fault ??= wrong));
    fault ??= state.accept(event);
    if (fault !== undefined) throw new GatewayError('internal', `The events break the grammar: ${fault}.`);
    yield event;
  }
  if (!state.finished) throw endedEarly();
}

/** A provider that is wrong all the time says nothing. */
const MAX_FAULTS = 1_000;

/** What an event costs in memory besides its text, where a reply is put together, in bytes. */
const EVENT_BYTES = 32;

/**
 * Mends what can be mended, so that a provider's small fault does not break a client: blocks left open are closed,
 * wrong counts of tokens and reasons are replaced, what is out of place or no event at all is left out. Each fault is
 * told to `onFault`.
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
   * Takes what a provider told, whatever it is, and gives the event that may be passed on, if any. Ends that are
   * missing before a finish are put into `missing`. Throws `upstream-broken` when it is too much or too wrong.
   */
  take(told: unknown, missing: ChatEvent[]): ChatEvent | undefined {
    const wrong = valueFault(told);
    if (wrong !== undefined) return this.#leaveOut(wrong);
    const event = mendValues(told as ChatEvent, this.#fault);
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
      throw new GatewayError('upstream-broken', 'The provider of the upstream breaks the grammar of events.');
  };
}

export function endedEarly(): GatewayError {
  return new GatewayError('upstream-broken', "The upstream's reply ended early.");
}
