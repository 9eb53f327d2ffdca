import {
  type CallContext,
  type ChatRequest,
  createToolNames,
  type NameRule,
  type ToolNames,
} from '@dragoman/plugin';

/** What an encoder of requests goes by. */
export interface EncodeRequestContext extends Pick<CallContext, 'capabilities' | 'drop'> {
  readonly names: ToolNames;
}

/** Older servers take no more than 64 letters. */
const NAME: NameRule = { pattern: /^[A-Za-z_][A-Za-z0-9_.:-]*$/, maxLength: 64 };

/** The names that upstreams take; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, NAME);
}
