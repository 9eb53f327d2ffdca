import { GatewayError, type Refusal } from '../canonical/errors.ts';
import { addressKey } from './address-key.ts';
import type { RequestState } from './exchange.ts';

/** Requests that are refused before anything is done for them: how fast they may come, and which are written down. */
export interface Door {
  /** The answer to a request that is refused: its error, or that it has to wait where its address failed too often. */
  answer(error: GatewayError, address: string): GatewayError;
  /** Whether this refusal is written down, in the log and as a trace; the others are only counted. */
  isSampled(address: string): boolean;
  /** How many refusals of past minutes were not written down. Tells each once. */
  takeLeftOut(): number;
}

const MINUTE_MS = 60_000;
/** Of one address, in a minute. */
const MAX_FAILURES = 100;
const MAX_SAMPLES = 10;
/** Of all addresses together, in a minute. */
const MAX_SAMPLES_IN_ALL = 60;
/** Addresses that are counted apart; more than these are counted as one. */
const MAX_ADDRESSES = 10_000;

interface Counted {
  failures: number;
  samples: number;
}

/** Counts in whole minutes: what was counted goes at once, and nothing has to be looked for. */
export function createDoor(now: () => number): Door {
  let endsAt = -Infinity;
  let addresses = new Map<string, Counted>();
  let others: Counted = { failures: 0, samples: 0 };
  let samples = 0;
  let skipped = 0;
  let leftOut = 0;

  const turn = (): void => {
    // A clock that is set back begins a new minute, too.
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
        'Too many requests without a valid key came from this address; please wait. A valid key is not affected.',
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
      turn();
      const told = leftOut;
      leftOut = 0;
      return told;
    },
  };
}

/** Why a request was refused at the door; nothing where it was let in. */
export function refusalOf(
  { kind, details }: GatewayError,
  { key, notes }: RequestState,
): Refusal | undefined {
  if (key !== undefined) return undefined;
  if (details.refused) return details.refused;
  return notes.attempts === 0 && (kind === 'auth' || kind === 'permission') ? 'other' : undefined;
}
