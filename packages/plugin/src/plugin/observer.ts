import type { TraceRecord } from '../canonical/trace-record.ts';
import type { HttpClient } from '../transport/http.ts';
import type { Log } from './call-context.ts';

/** What an observer gets when the gateway starts. */
export interface ObserverSetup {
  /** Every line names the plugin. */
  readonly log: Log;
  /** Sends HTTP with short timeouts, until the gateway stops. */
  readonly http: HttpClient;
  /** The time, in milliseconds since 1970. Use it instead of `Date.now()`, so that tests can set the clock. */
  readonly now: () => number;
}

/**
 * Gets a record of every request when it is over, without bodies and headers. Requests are left out if their
 * key or one of their upstreams has `traces: 'off'`.
 */
export interface TraceObserver {
  /**
   * Takes one record. It must return at once, because the next request waits for it: collect here, and send later. What
   * it throws or rejects with is logged.
   */
  observe(trace: TraceRecord): void;
  /** Sends what is left. Called when the gateway stops, after the last request. It may take up to five seconds. */
  close?(): Promise<void>;
}
