import { GatewayError } from '../canonical/errors.ts';

/** What waits by an injected clock. */
export interface Clock {
  /** Milliseconds since 1970. It jumps when the machine's clock is set. */
  readonly now: () => number;
  /** As `now`, but it never jumps: for whatever lasts for a time within this process. Default: `now`. */
  readonly steady?: () => number;
  /** Resolves after so many milliseconds; rejects with the signal's reason when it fires before. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Asked for once: reading it costs more than reading the clock. */
const { timeOrigin } = performance;

export const systemClock: Clock = {
  now: Date.now,
  steady: () => Math.round(timeOrigin + performance.now()),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      const onAbort = (): void => {
        clearTimeout(timer);
        reject(GatewayError.from(signal.reason));
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
    }),
};
