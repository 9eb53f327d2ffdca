import type { Analysis } from './worker/analysis.ts';
import type {
  StatsQuery,
  StatsRow,
  ThreadQuery,
  ThreadRow,
  ToolCallQuery,
  TraceFilter,
  TraceQuery,
} from './query.ts';
import type { TraceRecord } from '../canonical/trace-record.ts';
import type { PackedCapture } from './packed.ts';
import type { ToolCallRecord } from './tool-calls.ts';

export interface TracePage {
  readonly traces: readonly TraceRecord[];
  /** Where the next page begins; absent at the end. */
  readonly next?: string;
}

/** A call of a tool with what became of it. */
export interface StoredToolCall extends ToolCallRecord {
  readonly traceId: string;
  readonly thread?: string;
  readonly model?: string;
  /** Milliseconds since 1970. */
  readonly calledAt: number;
  readonly result?: {
    readonly text: string;
    readonly isError: boolean;
    /** The trace whose request brought it. */
    readonly by: string;
    /** From the call to that request, in milliseconds. */
    readonly afterMs: number;
  };
}

export interface ToolCallPage {
  readonly calls: readonly StoredToolCall[];
  readonly next?: string;
}

/** A trace on its way into the store. */
export interface TraceEntry {
  readonly trace: TraceRecord;
  readonly capture?: PackedCapture;
  readonly analysis?: Pick<
    Analysis,
    'calls' | 'results' | 'place' | 'texts' | 'finish' | 'replyId' | 'previousReplyId'
  >;
}

/** What is kept at most: beyond it, the oldest traces of the fullest owner go. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** Where traces are kept. */
export interface TraceStore {
  /**
   * A trace that is there already, since it was still running, is replaced. All that was put since the last
   * `commit` is found from now on, but lost when the process is killed, or when one of them cannot be kept.
   */
  put(entries: readonly TraceEntry[]): Promise<void>;
  /** Makes safe what was put. */
  commit(): Promise<void>;
  list(query: TraceQuery): Promise<TracePage>;
  /** The newest trace of an id: those of earlier versions may be chosen by clients, and chosen twice. */
  get(id: string): Promise<TraceRecord | undefined>;
  /** What was kept of its bodies. */
  capture(id: string): Promise<PackedCapture | undefined>;
  /** How many there were. */
  remove(filter: TraceFilter | { readonly id: string }): Promise<number>;
  stats(query: StatsQuery): Promise<readonly StatsRow[]>;
  /** The newest first. */
  calls(query: ToolCallQuery): Promise<ToolCallPage>;
  /** The latest first. */
  threads(query: ThreadQuery): Promise<readonly ThreadRow[]>;
  /** Removes what is beyond the bounds, a few at a time; how many went. */
  prune(retention: Retention, now: number): Promise<number>;
  close(): Promise<void>;
}
