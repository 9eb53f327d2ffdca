import type { ChatEvent } from '@dragoman/plugin';

type Delta = Extract<ChatEvent, { type: 'block-delta' }>;

/**
 * Compares the events that a hook takes with those that it gives: whether it changed the reply, and, while it has not,
 * which events it still holds. Texts may be cut into other pieces.
 */
export class ReplyLedger {
  isChanged = false;
  #held: ChatEvent[] = [];

  /** What the hook took and has not given yet. */
  get held(): readonly ChatEvent[] {
    return this.#held;
  }

  took(event: ChatEvent): void {
    if (!this.isChanged && event.type !== 'ping') this.#held.push(event);
  }

  gave(event: ChatEvent): void {
    if (this.isChanged || event.type === 'ping') return;
    const isKnown = event.type === 'block-delta' ? this.#settleText(event) : this.#settle(event);
    if (!isKnown) this.#change();
  }

  /** The hook has given its last event. */
  end(): void {
    if (this.#held.length > 0) this.#change();
  }

  #change(): void {
    this.isChanged = true;
    this.#held = [];
  }

  #settle(event: ChatEvent): boolean {
    const at = this.#held.indexOf(event);
    if (at < 0) return false;
    const isTextOpen =
      event.type === 'block-end' &&
      this.#held.some(
        (one, before) => before < at && one.type === 'block-delta' && one.index === event.index,
      );
    if (isTextOpen) return false;
    this.#held.splice(at, 1);
    return true;
  }

  #settleText({ index, delta }: Delta): boolean {
    let left = delta;
    while (left !== '') {
      const at = this.#held.findIndex((one) => one.type === 'block-delta' && one.index === index);
      const held = this.#held[at] as Delta | undefined;
      if (!held) return false;
      if (left.startsWith(held.delta)) {
        left = left.slice(held.delta.length);
        this.#held.splice(at, 1);
      } else if (held.delta.startsWith(left)) {
        this.#held[at] = { ...held, delta: held.delta.slice(left.length) };
        left = '';
      } else return false;
    }
    return true;
  }
}
