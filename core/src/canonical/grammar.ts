import type { ChatEvent } from './chat.ts';
import { GatewayError } from './errors.ts';

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
    const fault = state.accept(event);
    if (fault !== undefined) throw new GatewayError('internal', `The events break the grammar: ${fault}.`);
    yield event;
  }
  if (!state.finished) throw endedEarly();
}

/**
 * Mends what can be mended, so that a provider's small fault does not break a client: blocks left open are
 * closed, what is out of place is left out. A stream without finish is still a failure.
 */
export class GrammarGuard {
  readonly #state = new GrammarState();

  get isFinished(): boolean {
    return this.#state.finished;
  }

  /** Whether an event may be told now. */
  admits(event: ChatEvent): boolean {
    return this.#state.accept(event) === undefined;
  }

  /** The ends that are missing before a finish. */
  *closeAll(): Generator<ChatEvent> {
    for (const index of [...this.#state.open].toSorted((a, b) => a - b)) {
      const end: ChatEvent = { type: 'block-end', index };
      this.#state.accept(end);
      yield end;
    }
  }
}

/** Passes events on as {@link GrammarGuard} lets them. */
export async function* guardGrammar(events: AsyncIterable<ChatEvent>): AsyncGenerator<ChatEvent> {
  const guard = new GrammarGuard();
  for await (const event of events) {
    if (event.type === 'finish') yield* guard.closeAll();
    if (guard.admits(event)) yield event;
    if (guard.isFinished) return;
  }
  throw endedEarly();
}

export function endedEarly(): GatewayError {
  return new GatewayError('upstream-broken', "The upstream's reply ended early.");
}
