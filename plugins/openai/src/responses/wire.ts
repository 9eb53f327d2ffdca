/** Names and tables of OpenAI's Responses wire, both sides. Source: types of `openai` 7.55. */
import type { AnswerShape, ErrorKind, FinishReason, HostedTool } from '@dragoman/plugin';

export const RESPONSES = 'openai-responses';
export const INPUT_TOKENS = 'openai-input-tokens';
/** Also that of a response whose work goes on later, or that says nothing. */
export const OUTPUT: AnswerShape = { output: 'list' };
export const TOKEN_COUNT: AnswerShape = { input_tokens: 'number' };
export const ENCRYPTED = 'reasoning.encrypted_content';
export const LOGPROBS = 'message.output_text.logprobs';

/** Why a response is incomplete, by the reason that its answer ended; absent means that it is complete. */
export const INCOMPLETE: Partial<Record<FinishReason, string>> = {
  'max-tokens': 'max_output_tokens',
  'context-window': 'max_output_tokens',
  'content-filter': 'content_filter',
};

/** Tools that run at the upstream, by the beginning of their type. */
export const HOSTED_TYPES: readonly (readonly [string, HostedTool['hosted']])[] = [
  ['web_search', 'web-search'],
  ['file_search', 'file-search'],
  ['code_interpreter', 'code-execution'],
  ['image_generation', 'image-generation'],
  ['computer', 'computer'],
  ['mcp', 'mcp'],
];

export const CONTEXT_SIZES = ['low', 'medium', 'high'] as const;

/** `code` of a response that failed, by what went wrong; `server_error` is all else. */
export const FAILURE_CODES: Partial<Record<ErrorKind, string>> = {
  invalid: 'invalid_prompt',
  billing: 'insufficient_quota',
  'context-window': 'context_length_exceeded',
  'content-policy': 'content_policy_violation',
  'rate-limit': 'rate_limit_exceeded',
};
