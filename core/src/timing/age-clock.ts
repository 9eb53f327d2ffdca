export interface AgeClockInput {
  /** Milliseconds since 1970, by a clock that may be set. */
  readonly now: () => number;
  /** Milliseconds, by a clock that never jumps. */
  readonly steady: () => number;
  /** When the newest record was written, as far as that is known. */
  readonly newest?: number | undefined;
}

/** A leap beyond this is suspect. */
const TOLERANCE_MS = 10 * 60_000;
/** A clock that is still there after this time is believed. */
const SETTLE_MS = 60 * 60_000;

/**
 * The time by which records are too old to be kept. It follows the clock, but for leaps ahead, which are believed only
 * after an hour: a clock that is wrong for a while must not delete what is not old. At the start, a clock far ahead of
 * the newest record is suspect as well.
 */
export function createAgeClock({ now, steady, newest = Infinity }: AgeClockInput): () => number {
  let believed = Math.min(now(), newest);
  let at = steady();
  let suspectSince: number | undefined;
  return () => {
    const [time, elapsed] = [now(), steady()];
    const expected = believed + elapsed - at;
    if (time > expected + TOLERANCE_MS) {
      suspectSince ??= elapsed;
      if (elapsed - suspectSince < SETTLE_MS) return expected;
    }
    suspectSince = undefined;
    believed = time;
    at = elapsed;
    return time;
  };
}
