/** Runs a few tasks at a time. Callers with the fewest attempts go first. */
export interface FairQueue {
  /**
   * Runs the work when its turn comes. Rejects with the signal's reason if that fires first, and with
   * {@link QueueFullError} if the queue is full of callers with no more attempts than this one.
   */
  run<T>(turn: Turn, work: () => Promise<T>): Promise<T>;
}

export interface Turn {
  /** How many attempts this caller has made. */
  readonly rank: number;
  readonly signal: AbortSignal;
}

export class QueueFullError extends Error {
  constructor() {
    super('The queue is full.');
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
      // A finished task hands its slot to the next waiter, so a newcomer cannot take it first.
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
