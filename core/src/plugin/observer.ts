import type { TraceRecord } from '../canonical/trace-record.ts';
import type { HttpClient } from '../transport/http.ts';
import type { Log } from './call-context.ts';

/** What an observer gets when the gateway starts. */
export interface ObserverSetup {
  /** Every line names the plugin. */
  readonly log: Log;
  /** Sends HTTP with short time-outs; it ends when the gateway does. */
  readonly http: HttpClient;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Learns of every request when it is over, without its bodies. Requests of keys and upstreams whose `traces` are `off` are not told. */
export interface TraceObserver {
  /** Must return at once: the next request waits for it. What it throws, now or in a promise, is logged. */
  observe(trace: TraceRecord): void;
  /** Sends what is on its way. Called when the gateway stops, when no more requests come. */
  close?(): Promise<void>;
}
