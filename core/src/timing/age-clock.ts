export interface AgeClockInput {
  /** Milliseconds since 1970, from a clock that may be set. */
  readonly now: () => number;
  /** Milliseconds, from a monotonic clock. */
  readonly steady: () => number;
  /** When the newest record was written, if known. */
  readonly newest?: number | undefined;
}

/** Larger jumps are suspect. */
const TOLERANCE_MS = 10 * 60_000;
/** A jump that persists for this long is trusted. */
const SETTLE_MS = 60 * 60_000;

/**
 * The clock for retention. It follows the system clock, except that jumps ahead are trusted only after an hour: a clock
 * that is wrong for a while must not delete recent records. At startup, a clock far ahead of the newest record is
 * suspect, too.
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
