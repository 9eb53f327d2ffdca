/** Names and tables of OpenAI's Chat Completions wire, both sides. Source: types of `openai` 7.55. */
import type { AnswerShape, FinishReason } from '@dragoman/plugin';

export const OPENAI_CHAT = 'openai-chat';
export const OPENAI_COMPLETIONS = 'openai-completions';
export const OPENAI_EMBEDDINGS = 'openai-embeddings';
export const OPENAI_RELAY = 'openai-relay';

/** A chat or a completion has a choice, also where it is empty. */
export const CHOICES: AnswerShape = { choices: 'entries' };
export const EMBEDDINGS: AnswerShape = { data: 'entries' };

/** `finish_reason` to canonical. `function_call` is the old name of `tool_calls`. */
export const FINISH_REASONS = {
  stop: 'stop',
  length: 'max-tokens',
  tool_calls: 'tool-use',
  function_call: 'tool-use',
  content_filter: 'content-filter',
} as const satisfies Record<string, FinishReason>;

export const WIRE_FINISH_REASONS = {
  stop: 'stop',
  'stop-sequence': 'stop',
  'max-tokens': 'length',
  'tool-use': 'tool_calls',
  'content-filter': 'content_filter',
  pause: 'stop',
  'context-window': 'length',
} as const satisfies Record<FinishReason, keyof typeof FINISH_REASONS>;
