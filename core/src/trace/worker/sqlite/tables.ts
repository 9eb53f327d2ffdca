import type { Generated } from 'kysely';
import type { BodyPlace } from './bodies.ts';

export interface TraceTable {
  readonly seq: Generated<number>;
  readonly id: string;
  readonly started_at: number;
  readonly ms: number;
  readonly method: string;
  readonly path: string;
  readonly protocol: string;
  readonly ip: string;
  readonly user_agent: string;
  readonly key_id: string | null;
  readonly key_name: string | null;
  readonly model: string | null;
  readonly thread: string | null;
  readonly upstream: string | null;
  readonly upstream_model: string | null;
  readonly status: number;
  readonly outcome: string;
  readonly error_kind: string | null;
  readonly ttft_ms: number | null;
  readonly overhead_ms: number | null;
  readonly input_tokens: number | null;
  readonly output_tokens: number | null;
  readonly cached_tokens: number | null;
  readonly reasoning_tokens: number | null;
  readonly cost: number | null;
  readonly attempt_count: number;
  /** JSON. */
  readonly attempts: string;
  /** JSON. */
  readonly dropped: string;
  /** JSON: the names of the tools that the reply calls. */
  readonly tools: string | null;
  readonly bad_calls: number | null;
  readonly finish: string | null;
  readonly parent: string | null;
  readonly bodies: string | null;
  readonly replay_of: string | null;
  /** A hash of the conversation up to and including the reply. */
  readonly said: string | null;
  readonly error_code: string | null;
  /** As the client got it. */
  readonly reply_id: string | null;
  readonly refused: string | null;
  /** 1 if the gateway estimated the tokens. */
  readonly is_estimated: number | null;
  /** From `x-request-id`. */
  readonly client_request_id: string | null;
  /** JSON: the calls of hooks. */
  readonly hooks: string | null;
}

/** Where the bodies of a trace are stored. */
export interface BodiesTable extends BodyPlace {
  readonly seq: number;
  readonly block: number;
}

/** The bodies of several traces, concatenated and compressed with zstd. */
export interface BlockTable {
  readonly block: number;
  readonly data: Uint8Array;
}

/** Blocks with bodies of removed traces. */
export interface HoleTable {
  readonly block: number;
}

export interface ToolCallTable {
  readonly seq: Generated<number>;
  /** The `seq` of its trace. */
  readonly trace: number;
  /** When it was complete, in milliseconds since 1970. */
  readonly called_at: number;
  readonly call_id: string;
  readonly name: string;
  readonly arguments: string;
  /** JSON. */
  readonly growth: string;
  readonly start_ms: number;
  readonly end_ms: number;
  readonly state: string;
  readonly error: string | null;
  /** JSON. */
  readonly problems: string | null;
  readonly result: string | null;
  readonly result_is_error: number | null;
  /** The id of the trace with the result. */
  readonly result_by: string | null;
  /** From the call to its result. */
  readonly result_ms: number | null;
}

/** How much is stored for each owner of traces. */
export interface OwnerTable {
  /** The id of a key, `''` for none, or `refused`. */
  readonly owner: string;
  readonly count: number;
  /** Of bodies, uncompressed. */
  readonly bytes: number;
}

export interface Tables {
  readonly traces: TraceTable;
  readonly trace_bodies: BodiesTable;
  readonly body_blocks: BlockTable;
  readonly body_holes: HoleTable;
  readonly tool_calls: ToolCallTable;
  readonly trace_owners: OwnerTable;
}
