import { type ChatRequest, createToolNames, type NameRule, type ToolNames } from '@dragoman/plugin';
import { OPENAI_CHAT } from './wire.ts';

const ANY_NAME: NameRule = { pattern: /^/, maxLength: Number.POSITIVE_INFINITY };
const NAME: NameRule = { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 64 };
export function isNative({ protocol }: Pick<ChatRequest, 'protocol'>): boolean {
  return protocol === OPENAI_CHAT;
}

/** The names that upstreams take; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, isNative(request) ? ANY_NAME : NAME);
}
