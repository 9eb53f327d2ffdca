import { type ChatRequest, createToolNames, type ToolNames } from '@dragoman/plugin';

/** The names that the API takes; the decoder of the reply finds the client's own again. */
export function toolNamesOf(request: ChatRequest): ToolNames {
  return createToolNames(request, { pattern: /^[A-Za-z0-9_-]+$/, maxLength: 128 });
}
