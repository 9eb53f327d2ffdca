import type { FinishReason, JsonObject, ReasoningMode, TextTool, ToolTextFormat } from '@dragoman/plugin';

/** What a model wrote, and what of it must reach the client. */
export interface ToolTextCase {
  readonly name: string;
  readonly text: string;
  /** Whether the request has tools. */
  readonly tools: boolean;
  /** Default `tagged`. */
  readonly reasoning_mode?: ReasoningMode;
  /** Default `stop`. */
  readonly upstream_finish_reason?: keyof typeof REASONS;
  readonly expected: {
    readonly content: string | null;
    readonly reasoning_content?: string;
    readonly tool_calls: readonly {
      readonly name: string;
      /** `null`: the arguments are not valid JSON, and `arguments_raw` has them. */
      readonly arguments: JsonObject | null;
      readonly arguments_raw?: string;
      /** Where the model chooses it. */
      readonly id?: string;
    }[];
    readonly finish_reason: string;
  };
}

/** What upstreams call the reasons why a reply ended. */
export const REASONS = {
  stop: 'stop',
  tool_calls: 'tool-use',
  length: 'max-tokens',
  content_filter: 'content-filter',
} as const satisfies Record<string, FinishReason>;

/** What a suite needs to know of a tool format: samples of what its models write. */
export interface ToolFormatContract {
  /** Absent: only the reasoning is read. */
  readonly format?: ToolTextFormat;
  readonly tools: readonly TextTool[];
  readonly cases: readonly ToolTextCase[];
  /** Whether it reads calls as its prompt writes them. Default: true. */
  readonly readsOwnCalls?: boolean;
}
