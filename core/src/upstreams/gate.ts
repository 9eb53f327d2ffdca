import { GatewayError } from '@dragoman/plugin';

export interface GateLimits {
  /** Concurrent requests; absent means no limit. */
  readonly max?: number | undefined;
  /** How many may wait. */
  readonly queue: number;
  /** The maximum time in the queue. */
  readonly queueMs: number;
}

interface Waiting {
  readonly enter: () => void;
}

/** Limits concurrent requests. Waiting ones are admitted round-robin by key, then in order. */
export class Gate {
  readonly #limits: GateLimits;
  readonly #queues = new Map<string, Waiting[]>();
  #running = 0;
  #waiting = 0;

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting;
  }

  get isFull(): boolean {
    return this.#limits.max !== undefined && this.#running >= this.#limits.max;
  }

  /** Takes a slot if one is free. */
  tryEnter(): boolean {
    if (this.isFull) return false;
    this.#running += 1;
    return true;
  }

  /** Waits for a slot. Throws `overloaded` if the queue is full or the wait too long. */
  async enter(owner: string, signal: AbortSignal): Promise<void> {
    if (this.tryEnter()) return;
    if (this.#waiting >= this.#limits.queue) throw busy('its queue is full');
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const settle = (end: () => void): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        end();
      };
      const waiting: Waiting = { enter: () => settle(resolve) };
      const giveUp = (reason: unknown): void => {
        this.#leave(owner, waiting);
        settle(() => reject(GatewayError.from(reason)));
      };
      const onAbort = (): void => giveUp(signal.reason);
      const timer = setTimeout(() => giveUp(busy('no slot became free in time')), this.#limits.queueMs);
      signal.addEventListener('abort', onAbort, { once: true });
      const queue = this.#queues.get(owner);
      if (queue) queue.push(waiting);
      else this.#queues.set(owner, [waiting]);
      this.#waiting += 1;
    });
  }

  /** Releases a slot to the next in the queue. */
  exit(): void {
    const [turn] = this.#queues;
    if (!turn) {
      this.#running -= 1;
      return;
    }
    const [owner, queue] = turn;
    const next = queue.shift();
    this.#queues.delete(owner);
    // The key has had its turn; the others come first now.
    if (queue.length > 0) this.#queues.set(owner, queue);
    this.#waiting -= 1;
    next?.enter();
  }

  #leave(owner: string, waiting: Waiting): void {
    const queue = this.#queues.get(owner);
    const at = queue?.indexOf(waiting) ?? -1;
    if (!queue || at < 0) return;
    queue.splice(at, 1);
    this.#waiting -= 1;
    if (queue.length === 0) this.#queues.delete(owner);
  }
}

function busy(why: string): GatewayError {
  const message = `The upstream is at its concurrency limit, and ${why}.`;
  return new GatewayError('overloaded', message, { code: 'upstream_busy', retryAfterMs: 1_000 });
}
