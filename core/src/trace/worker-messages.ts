import type { StatsQuery, StatsRow, TraceFilter, TraceQuery } from './query.ts';
import type { TraceRecord } from './record.ts';
import type { Retention, TracePage } from './store.ts';

/** What the thread of the store is started with. */
export interface WorkerInput {
  readonly folder: string;
  readonly retention: Retention;
}

/** What can be asked of the store from another thread, and what it answers. */
export interface StoreCalls {
  list(query: TraceQuery): TracePage;
  get(id: string): TraceRecord | undefined;
  remove(filter: TraceFilter | { readonly id: string }): number;
  stats(query: StatsQuery): readonly StatsRow[];
}

export type ToWorker =
  | { readonly type: 'put'; readonly traces: readonly TraceRecord[] }
  | {
      readonly type: 'call';
      readonly call: number;
      readonly method: keyof StoreCalls;
      readonly input: unknown;
    }
  | { readonly type: 'close' };

export type FromWorker =
  | { readonly type: 'kept'; readonly count: number }
  /** They could not be written. */
  | { readonly type: 'lost'; readonly count: number; readonly reason: string }
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly call: number; readonly reason: string }
  | { readonly type: 'state'; readonly reason?: string };
