/** Names and tables of OpenAI's Chat Completions wire, both sides. Source: types of `openai` 7.55. */
import type { FinishReason, JsonValue } from '@dragoman/core';

export const OPENAI_CHAT = 'openai-chat';
export const OPENAI_COMPLETIONS = 'openai-completions';
export const OPENAI_EMBEDDINGS = 'openai-embeddings';
export const OPENAI_RELAY = 'openai-relay';

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

/** Of answers, and of what a search finds. */
export const VERBOSITIES = ['low', 'medium', 'high'] as const;

/** The entries of an array; none of anything else. */
export function arrayOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** An id as text; some servers count in numbers. */
export function idOf(id: JsonValue | undefined): string {
  if (typeof id === 'number') return String(id);
  return typeof id === 'string' ? id : '';
}

/** `data:image/png;base64,…` */
export function parseDataUrl(url: string): { readonly mimeType: string; readonly data: string } | undefined {
  const match = /^data:([^;,]+)(?:;[^;,]+)*;base64,/i.exec(url);
  return match ? { mimeType: match[1] ?? '', data: url.slice(match[0].length) } : undefined;
}
