/** Passes a limited number of events per window and counts the rest, so that strangers cannot fill a log. */
export interface Sampler {
  /** How many were skipped since the last one that passed; `undefined` if this one is skipped, too. */
  take(): number | undefined;
}

const WINDOW_MS = 15 * 60 * 1000;
const PER_WINDOW = 10;

export function createSampler(now: () => number): Sampler {
  let startedAt = -Infinity;
  let passed = 0;
  let skipped = 0;
  return {
    take() {
      if (now() >= startedAt + WINDOW_MS) {
        startedAt = now();
        passed = 0;
      }
      if (passed >= PER_WINDOW) {
        skipped += 1;
        return undefined;
      }
      passed += 1;
      const before = skipped;
      skipped = 0;
      return before;
    },
  };
}
