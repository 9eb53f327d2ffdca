import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import type { Clock } from '../../../timing/clock.ts';
import { addressKey } from '../../access/address-key.ts';
import { AdminError } from '../admin-error.ts';
import { createFairQueue, QueueFullError } from './fair-queue.ts';

/** Wrong passwords from one address; IPv6 addresses count by /64. */
const PER_ADDRESS = 10;
const WINDOW_SECONDS = 15 * 60;

/**
 * Above this number of wrong passwords from all addresses together, every attempt is delayed. The delay doubles with
 * each further 20. Nobody is locked out, since an attacker could cause that.
 */
const UNDELAYED = 20;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 2_000;

/** One password check takes 128 MiB and a few tenths of a second. */
const CHECKS = { running: 2, waiting: 50 } as const;
const BUSY_SECONDS = 5;

/** A password to check. */
export interface Guess {
  readonly address: string;
  /** Fires when the client disconnects. */
  readonly signal: AbortSignal;
  readonly isRight: () => Promise<boolean>;
}

/** Rate-limits password guesses. */
export interface GuessLimit {
  /** Whether a guess is right. Throws an `AdminError` after too many wrong ones from its address. */
  judge(guess: Guess): Promise<boolean>;
}

export function createGuessLimit(sleep: Clock['sleep']): GuessLimit {
  const each = new RateLimiterMemory({ keyPrefix: 'each', points: PER_ADDRESS, duration: WINDOW_SECONDS });
  const all = new RateLimiterMemory({ keyPrefix: 'all', points: 1, duration: WINDOW_SECONDS });
  const checks = createFairQueue(CHECKS);
  return {
    async judge({ address, signal, isRight }) {
      const key = addressKey(address);
      // Counted before they are checked: concurrent guesses would otherwise all be checked.
      const rank = await take(each, key);
      const check = async (): Promise<boolean> => {
        const delay = delayAfter((await all.get(''))?.consumedPoints ?? 0);
        if (delay > 0) await sleep(delay, signal);
        return isRight();
      };
      const right = await checks.run({ rank, signal }, check).catch(async (error: unknown) => {
        await each.reward(key);
        throw error instanceof QueueFullError ? tooMany('at the same time', BUSY_SECONDS) : error;
      });
      await (right ? each.reward(key) : all.penalty(''));
      return right;
    },
  };
}

/** The delay in milliseconds after a number of wrong passwords. */
export function delayAfter(wrong: number): number {
  if (wrong < UNDELAYED) return 0;
  return Math.min(MAX_DELAY_MS, Math.round(FIRST_DELAY_MS * 2 ** ((wrong - UNDELAYED) / UNDELAYED)));
}

/** The guesses of this address in the current window, including this one. */
async function take(limiter: RateLimiterMemory, key: string): Promise<number> {
  try {
    return (await limiter.consume(key)).consumedPoints;
  } catch (error) {
    if (!(error instanceof RateLimiterRes)) throw error;
    throw tooMany('from this address', Math.ceil(error.msBeforeNext / 1000));
  }
}

function tooMany(how: string, retryAfterSeconds: number): AdminError {
  return new AdminError('too-many-attempts', `Too many wrong passwords ${how}. Try again later.`, {
    retryAfterSeconds,
  });
}
