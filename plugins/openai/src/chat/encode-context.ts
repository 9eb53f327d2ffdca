import {
  type CallContext,
  type ChatRequest,
  createToolNames,
  type NameRule,
  type ToolNames,
} from '@dragoman/core';
import { OPENAI_CHAT } from './wire.ts';

/** What an encoder of requests goes by. */
export interface EncodeRequestContext extends Pick<CallContext, 'capabilities' | 'drop'> {
  readonly names: ToolNames;
  /** Whether the client speaks this protocol: then it knows best what the upstream takes. */
  readonly isNative: boolean;
}

const ANY_NAME: NameRule = { pattern: /^/, maxLength: Number.POSITIVE_INFINITY };
const NAME: NameRule = { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 64 };
/** Servers differ in the letters that they take, but not in the length. */
export const CALL_ID: NameRule = { pattern: /^/, maxLength: 64 };

export function isNative({ protocol }: Pick<ChatRequest, 'protocol'>): boolean {
  return protocol === OPENAI_CHAT;
}

/** The names that upstreams take; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, isNative(request) ? ANY_NAME : NAME);
}
