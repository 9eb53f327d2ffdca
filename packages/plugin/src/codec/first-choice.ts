import type { ChatEvent } from '../canonical/chat.ts';

/** Selects the events of the first choice, for protocols with only one choice. */
export class FirstChoice {
  readonly #others = new Set<number>();

  holds(event: ChatEvent): boolean {
    if ((event.type === 'block-start' || event.type === 'block') && event.choice) {
      this.#others.add(event.index);
      return false;
    }
    return !('index' in event) || !this.#others.has(event.index);
  }
}
