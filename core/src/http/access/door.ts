import { GatewayError, type Refusal } from '@dragoman/plugin';
import { addressKey } from './address-key.ts';
import type { RequestState } from '../base/request-state.ts';

/** Rate-limits requests that are refused unread, and samples which of them are recorded. */
export interface Door {
  /** The error for a refused request; a rate limit if its address failed too often. */
  answer(error: GatewayError, address: string): GatewayError;
  /** Whether to record this refusal in the log and as a trace; the others are only counted. */
  isSampled(address: string): boolean;
  /** How many refusals of past minutes were not recorded since the last call. */
  takeLeftOut(): number;
}

const MINUTE_MS = 60_000;
/** Of one address, per minute. */
const MAX_FAILURES = 100;
const MAX_SAMPLES = 10;
/** Of all addresses together, per minute. */
const MAX_SAMPLES_IN_ALL = 60;
/** Addresses that are counted separately; all others share one count. */
const MAX_ADDRESSES = 10_000;

interface Counted {
  failures: number;
  samples: number;
}

/** Counts in whole minutes, so that all counts expire at once and need no sweep. */
export function createDoor(now: () => number): Door {
  let endsAt = -Infinity;
  let addresses = new Map<string, Counted>();
  let others: Counted = { failures: 0, samples: 0 };
  let samples = 0;
  let skipped = 0;
  let leftOut = 0;

  const turn = (): void => {
    // A clock that was set back starts a new minute, too.
    if (now() < endsAt && now() >= endsAt - MINUTE_MS) return;
    endsAt = now() + MINUTE_MS;
    addresses = new Map();
    others = { failures: 0, samples: 0 };
    leftOut += skipped;
    samples = 0;
    skipped = 0;
  };
  const of = (address: string): Counted => {
    const key = addressKey(address);
    const known = addresses.get(key);
    if (known) return known;
    if (addresses.size >= MAX_ADDRESSES) return others;
    const counted = { failures: 0, samples: 0 };
    addresses.set(key, counted);
    return counted;
  };

  return {
    answer(error, address) {
      if (error.kind !== 'auth') return error;
      turn();
      const counted = of(address);
      counted.failures += 1;
      if (counted.failures <= MAX_FAILURES) return error;
      return new GatewayError(
        'rate-limit',
        'Too many requests without a valid key from this address. Wait, or send a valid key.',
        { code: 'too_many_failed_keys', retryAfterMs: endsAt - now(), refused: 'too-many-failures' },
      );
    },
    isSampled(address) {
      turn();
      const counted = of(address);
      if (samples >= MAX_SAMPLES_IN_ALL || counted.samples >= MAX_SAMPLES) {
        skipped += 1;
        return false;
      }
      samples += 1;
      counted.samples += 1;
      return true;
    },
    takeLeftOut() {
      // Called after every request, usually with nothing to report.
      if (skipped === 0 && leftOut === 0) return 0;
      turn();
      const reported = leftOut;
      leftOut = 0;
      return reported;
    },
  };
}

/** Why a request was refused unread; `undefined` if it was admitted. */
export function refusalOf(
  { kind, details }: GatewayError,
  { key, record }: RequestState,
): Refusal | undefined {
  if (key !== undefined) return undefined;
  if (details.refused) return details.refused;
  return record.attempts === 0 && (kind === 'auth' || kind === 'permission') ? 'other' : undefined;
}
