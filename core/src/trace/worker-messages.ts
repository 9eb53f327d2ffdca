import type { Secrets } from '@dragoman/plugin/internal/text/secret-texts';
import type { TraceDetail } from './worker/detail.ts';
import type { PackedCapture } from './packed.ts';
import type {
  StatsQuery,
  StatsRow,
  ThreadQuery,
  ThreadRow,
  ToolCallQuery,
  TraceFilter,
  TraceQuery,
} from './query.ts';
import type { RedactionRules } from '../config/redaction.ts';
import type { TraceRecord } from '@dragoman/plugin';
import type { Retention, ToolCallPage, TracePage } from './store.ts';

/** A module that exports `wireReaders`. */
export interface ReaderModule {
  readonly plugin: string;
  readonly url: string;
}

/** The input of the trace thread. */
export interface WorkerInput {
  readonly folder: string;
  readonly retention: Retention;
  readonly rules: RedactionRules;
  readonly readers: readonly ReaderModule[];
}

/** How the thread shows that it is alive. */
export interface WorkerPulse {
  /** Of a `Pulse`. */
  readonly memory: SharedArrayBuffer;
  /** How long it may stay silent in a database operation, in milliseconds. */
  readonly queryMs: number;
  /** How long it may stay silent otherwise, in milliseconds. */
  readonly patienceMs: number;
}

/** The queries that other threads may send, and their answers. */
export interface StoreQuestions {
  list(query: TraceQuery): TracePage;
  get(id: string): TraceRecord | undefined;
  remove(filter: TraceFilter | { readonly id: string }): number;
  stats(query: StatsQuery): readonly StatsRow[];
  detail(id: string): TraceDetail | undefined;
  calls(query: ToolCallQuery): ToolCallPage;
  threads(query: ThreadQuery): readonly ThreadRow[];
}

/** A trace as sent to the trace thread. */
export interface SentTrace {
  readonly trace: TraceRecord;
  readonly capture?: PackedCapture;
}

/** How much waits for the store, or has left the queue. */
export interface Load {
  readonly count: number;
  /** Of bodies. */
  readonly bytes: number;
}

export type ToWorker =
  | ({ readonly type: 'put'; readonly traces: readonly SentTrace[] } & Load)
  | {
      readonly type: 'call';
      readonly call: number;
      readonly method: keyof StoreQuestions;
      readonly input: unknown;
    }
  /** What to redact from now on. */
  | { readonly type: 'secrets'; readonly secrets: Secrets }
  | { readonly type: 'close' };

export type FromWorker =
  | ({ readonly type: 'kept' } & Load)
  /** Traces that could not be written. */
  | ({ readonly type: 'lost'; readonly reason: string } & Load)
  /** What a plugin has done wrong. */
  | { readonly type: 'fault'; readonly plugin: string; readonly message: string }
  /** For the log. */
  | { readonly type: 'news'; readonly message: string; readonly fields: object }
  /** The broken database was renamed to this, and a new one takes its place. */
  | { readonly type: 'aside'; readonly file: string; readonly reason: string }
  | { readonly type: 'answer'; readonly call: number; readonly value: unknown }
  | { readonly type: 'failure'; readonly call: number; readonly reason: string }
  | { readonly type: 'state'; readonly reason?: string };

/** Whether a trace can be sent: it may contain anything from a plugin. */
export function isFitForThread({ trace }: SentTrace): boolean {
  try {
    structuredClone(trace);
    return true;
  } catch {
    return false;
  }
}
