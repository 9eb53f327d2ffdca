import type { StatsQuery, StatsRow, TraceFilter, TraceQuery } from './query.ts';
import type { TraceRecord } from './record.ts';

export interface TracePage {
  readonly traces: readonly TraceRecord[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

/** What is kept besides: whatever is beyond goes, the oldest first. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** Where traces are kept. */
export interface TraceStore {
  /** A trace that is there already, since it was still running, is replaced. */
  put(traces: readonly TraceRecord[]): Promise<void>;
  list(query: TraceQuery): Promise<TracePage>;
  /** The newest trace of an id: clients may choose ids, and choose one twice. */
  get(id: string): Promise<TraceRecord | undefined>;
  /** How many there were. */
  remove(filter: TraceFilter | { readonly id: string }): Promise<number>;
  stats(query: StatsQuery): Promise<readonly StatsRow[]>;
  /** Removes what is beyond the bounds, a few at a time; how many went. */
  prune(retention: Retention, now: number): Promise<number>;
  close(): Promise<void>;
}
