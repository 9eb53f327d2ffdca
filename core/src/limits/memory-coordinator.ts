import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Coordinator, Counter } from './coordinator.ts';
import type { Ledger } from './ledger.ts';

export interface MemoryCoordinatorInput {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Keeps what has to outlive a restart. */
  readonly ledger: Ledger;
}

/** Counts in this process. Each limit has a limiter of its own size; all share what is counted under a name. */
export function createMemoryCoordinator({ now, ledger }: MemoryCoordinatorInput): Coordinator {
  // The limit is checked here, so that one store serves all limits.
  const store = new RateLimiterMemory({ keyPrefix: '', points: Number.MAX_SAFE_INTEGER, duration: 0 });
  for (const { name, used, until } of ledger.entries())
    void store.set(name, used, secondsUntil(until, now()));

  const change = async (counter: Counter, amount: number): Promise<number> => {
    const { name, until } = counter;
    const options = { customDuration: secondsUntil(until, now()) };
    const { consumedPoints } =
      amount < 0 ? await store.reward(name, -amount, options) : await store.penalty(name, amount, options);
    ledger.note(counter, consumedPoints);
    return consumedPoints;
  };
  return {
    async take(counter, amount, limit) {
      const used = await change(counter, amount);
      if (used <= limit) return { isTaken: true, used };
      return { isTaken: false, used: await change(counter, -amount) };
    },
    async add(counter, amount) {
      await change(counter, amount);
    },
    async used({ name }) {
      return (await store.get(name))?.consumedPoints ?? 0;
    },
    close: () => ledger.close(),
  };
}

/** Timers of Node cannot wait for a month, so such a counter stays, under the name of its month. */
const LONGEST_SECONDS = 2 * 24 * 60 * 60;

/** 0 means for ever. */
function secondsUntil(until: number | undefined, now: number): number {
  const seconds = until === undefined ? Infinity : Math.max(1, Math.ceil((until - now) / 1000));
  return seconds > LONGEST_SECONDS ? 0 : seconds;
}
