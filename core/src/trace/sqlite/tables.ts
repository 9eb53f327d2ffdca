import type { Generated } from 'kysely';

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
}

export interface Tables {
  readonly traces: TraceTable;
}
