import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { AdminError } from './admin-error.ts';

/** Wrong guesses, of any kind, from one address and from all together. */
const GUESSES = { perAddress: 10, inAll: 100, windowSeconds: 15 * 60 } as const;

/** What somebody claims to know. */
export interface Guess {
  readonly address: string;
  readonly isRight: () => boolean | Promise<boolean>;
  /** What to say when it is wrong. */
  readonly refusal: string;
}

/** Slows down whoever guesses. */
export interface GuessLimit {
  /** Throws an `AdminError` when a guess is wrong. After too many wrong ones even a right one has to wait. */
  judge(guess: Guess): Promise<void>;
}

export function createGuessLimit(): GuessLimit {
  const { perAddress, inAll, windowSeconds } = GUESSES;
  const each = new RateLimiterMemory({ keyPrefix: 'each', points: perAddress, duration: windowSeconds });
  const all = new RateLimiterMemory({ keyPrefix: 'all', points: inAll, duration: windowSeconds });
  return {
    async judge({ address, isRight, refusal }) {
      // Counted before they are checked: guesses that come all at once would otherwise all be checked.
      await take(all, '');
      try {
        await take(each, address);
      } catch (error) {
        // One address that goes on and on must not use up the guesses of the others.
        await all.reward('');
        throw error;
      }
      if (!(await isRight())) throw new AdminError('unauthenticated', refusal);
      await Promise.all([all.reward(''), each.reward(address)]);
    },
  };
}

async function take(limiter: RateLimiterMemory, name: string): Promise<void> {
  try {
    await limiter.consume(name);
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    const retryAfterSeconds = Math.ceil(error.msBeforeNext / 1000);
    throw new AdminError('too-many-attempts', 'Too many wrong attempts; please wait.', { retryAfterSeconds });
  }
}
