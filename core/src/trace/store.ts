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
import type { TraceRecord } from '@dragoman/plugin';
import type { PackedCapture } from './packed.ts';
import type { ToolCallRecord } from './tool-calls.ts';

export interface TracePage {
  readonly traces: readonly TraceRecord[];
  /** The cursor of the next page; absent at the end. */
  readonly next?: string;
}

/** A tool call with its result. */
export interface StoredToolCall extends ToolCallRecord {
  readonly traceId: string;
  readonly thread?: string;
  readonly model?: string;
  /** Milliseconds since 1970. */
  readonly calledAt: number;
  readonly result?: {
    readonly text: string;
    readonly isError: boolean;
    /** The trace whose request brought the result. */
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

/** Bounds on what is kept: beyond them, the oldest traces of the owner with the most are removed. */
export interface Retention {
  readonly maxAgeMs: number;
  readonly maxCount: number;
  readonly maxBytes: number;
}

/** Where traces are kept. */
export interface TraceStore {
  /**
   * Adds traces; one that is already stored, as running, is replaced. What was put since the last `commit` is visible,
   * but lost if the process is killed or one of the traces cannot be written.
   */
  put(entries: readonly TraceEntry[]): Promise<void>;
  /** Makes durable what was put. */
  commit(): Promise<void>;
  list(query: TraceQuery): Promise<TracePage>;
  /** The newest trace with an id: in earlier versions, clients could choose ids, even twice. */
  get(id: string): Promise<TraceRecord | undefined>;
  /** The recorded bodies. */
  capture(id: string): Promise<PackedCapture | undefined>;
  /** The number of matches. */
  remove(filter: TraceFilter | { readonly id: string }): Promise<number>;
  stats(query: StatsQuery): Promise<readonly StatsRow[]>;
  /** Newest first. */
  calls(query: ToolCallQuery): Promise<ToolCallPage>;
  /** Latest first. */
  threads(query: ThreadQuery): Promise<readonly ThreadRow[]>;
  /** Removes a batch of traces beyond the bounds; returns their number. */
  prune(retention: Retention, now: number): Promise<number>;
  close(): Promise<void>;
}
