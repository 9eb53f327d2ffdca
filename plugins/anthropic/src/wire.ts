/** Names and tables of Anthropic's Messages wire. Source: types of `@anthropic-ai/sdk` 1.11. */
import type { AnswerShape, FinishReason } from '@dragoman/plugin';

export const ANTHROPIC = 'anthropic';

/** Also that of a message that says nothing. */
export const CONTENT: AnswerShape = { content: 'list' };

/** `stop_reason`, by what it means. */
export const STOP_REASONS = {
  stop: 'end_turn',
  'stop-sequence': 'stop_sequence',
  'max-tokens': 'max_tokens',
  'tool-use': 'tool_use',
  pause: 'pause_turn',
  'content-filter': 'refusal',
  'context-window': 'model_context_window_exceeded',
} as const satisfies Record<FinishReason, string>;

export const EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
export const CACHE_TTLS = ['5m', '1h'] as const;
