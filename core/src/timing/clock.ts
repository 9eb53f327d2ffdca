import { GatewayError } from '@dragoman/plugin';

/** An injectable clock. */
export interface Clock {
  /** Milliseconds since 1970. It jumps when the system clock is set. */
  readonly now: () => number;
  /** Monotonic milliseconds, for durations within this process. Default: `now`. */
  readonly steady?: () => number;
  /** Resolves after this many milliseconds; rejects with the signal's reason if it fires first. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Read once: the lookup costs more than reading the clock. */
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
