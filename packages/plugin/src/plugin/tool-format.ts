import type { JsonObject } from '../canonical/json.ts';
import type { ReplyFormat } from '../tool-text/reply-parser.ts';
import type { TextTool } from '../tool-text/reply-writer.ts';

/**
 * How a family of models writes tool calls as text, for upstreams that do not read them themselves. The gateway writes
 * the tools and earlier calls into the prompt, and reads the calls of the reply.
 */
export interface ToolTextFormat extends ReplyFormat {
  /** What `toolCalls` in the configuration names. Unique among all formats. */
  readonly name: string;
  /** Other names of the same format. */
  readonly aliases?: readonly string[];
  /**
   * How often a model is asked again that had to call a tool and did not. Its text waits for that. Default 0; the
   * capability `toolCallRetries` overrides it.
   */
  readonly retries?: number;
  /** How the prompt is written. */
  readonly prompt: ToolPrompt;
}

/** Writes tools, calls and results as the model's own template does. */
export interface ToolPrompt {
  /** Tells the model which tools it has and how it calls them. Follows the system message. */
  tools(tools: readonly TextTool[]): string;
  /** The calls of an earlier turn, after its text. */
  calls(calls: readonly TextCall[]): string;
  /** The results of those calls, in a user message. */
  results(results: readonly TextResult[]): string;
  /** Tags that would be markup in the text of a result: their `<` becomes `&lt;`. */
  readonly escapes?: readonly string[];
  /** Whether they are escaped in what users say, too: for models that would take any markup for a call. */
  readonly escapesUserText?: boolean;
  /** Stop sequences that keep the model from writing results itself. */
  readonly stop?: readonly string[];
}

/** A call of an earlier turn. */
export interface TextCall {
  readonly id: string;
  readonly name: string;
  /** What is not a JSON object became `{ "_raw": "…" }`. */
  readonly arguments: JsonObject;
}

/** The result of a call. */
export interface TextResult {
  readonly callId: string;
  readonly name: string;
  readonly text: string;
  readonly isError: boolean;
}

/** Declares a format. */
export function defineToolFormat(format: ToolTextFormat): ToolTextFormat {
  return format;
}
