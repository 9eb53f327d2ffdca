/** Runs a few pieces of work at a time. Those who have asked least go first. */
export interface FairQueue {
  /**
   * Runs the work when its turn comes. Rejects with the signal's reason when that fires before, and with
   * {@link QueueFullError} when too many wait who have asked no more than this one.
   */
  run<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
}

export interface Turn {
  /** How often the same caller has asked. */
  readonly rank: number;
  readonly signal: AbortSignal;
}

export class QueueFullError extends Error {
  constructor() {
    super('Too many wait already.');
    this.name = 'QueueFullError';
  }
}

export interface FairQueueInput {
  readonly running: number;
  readonly waiting: number;
}

interface Waiter {
  readonly rank: number;
  readonly begin: () => void;
  readonly refuse: (reason: unknown) => void;
}

export function createFairQueue({ running, waiting }: FairQueueInput): FairQueue {
  let free = running;
  /** By rank, and in the order of arrival within one. */
  const waiters: Waiter[] = [];
  const leave = (waiter: Waiter): void => {
    const place = waiters.indexOf(waiter);
    if (place >= 0) waiters.splice(place, 1);
  };
  const enter = (waiter: Waiter): void => {
    const place = waiters.findIndex(({ rank }) => rank > waiter.rank);
    waiters.splice(place < 0 ? waiters.length : place, 0, waiter);
    if (waiters.length > waiting) waiters.pop()?.refuse(new QueueFullError());
  };
  const wait = ({ rank, signal }: Turn): Promise<void> =>
    new Promise((resolve, reject) => {
      const waiter = { rank, begin: resolve, refuse: reject };
      signal.addEventListener(
        'abort',
        () => {
          leave(waiter);
          reject(signal.reason as Error);
        },
        { once: true },
      );
      enter(waiter);
    });
  return {
    async run(turn, work) {
      turn.signal.throwIfAborted();
      // Whoever ends hands its place on, so nobody who comes now can take it first.
      if (free > 0) free -= 1;
      else await wait(turn);
      try {
        return await work();
      } finally {
        const next = waiters.shift();
        if (next) next.begin();
        else free += 1;
      }
    },
  };
}
