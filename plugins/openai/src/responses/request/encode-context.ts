import { type ChatRequest, createToolNames, type NameRule, type ToolNames } from '@dragoman/plugin';
import { RESPONSES } from '../wire.ts';

const NAME: NameRule = { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 64 };
export const CALL_ID: NameRule = { pattern: /^/, maxLength: 64 };

export function isNative({ protocol }: Pick<ChatRequest, 'protocol'>): boolean {
  return protocol === RESPONSES;
}

/** The names that upstreams take; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, NAME);
}
