import type { JsonObject } from '@dragoman/plugin';

/** How a client of each protocol asks one question. */
export interface WireClient {
  path(model: string, isStream: boolean): string;
  body(asked: { readonly model: string; readonly isStream: boolean; readonly prompt: string }): JsonObject;
}

export const WIRE_CLIENTS: Readonly<Record<'chat' | 'responses' | 'messages' | 'gemini', WireClient>> = {
  chat: {
    path: () => '/v1/chat/completions',
    body: ({ model, isStream, prompt }) => ({
      ...{ model, stream: isStream, messages: [{ role: 'user', content: prompt }] },
      ...(isStream && { stream_options: { include_usage: true } }),
    }),
  },
  responses: {
    path: () => '/v1/responses',
    body: ({ model, isStream, prompt }) => ({ model, stream: isStream, store: false, input: prompt }),
  },
  messages: {
    path: () => '/v1/messages',
    body: ({ model, isStream, prompt }) => ({
      ...{ model, stream: isStream, max_tokens: 100, messages: [{ role: 'user', content: prompt }] },
    }),
  },
  gemini: {
    path: (model, isStream) =>
      `/v1beta/models/${model}:${isStream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    body: ({ prompt }) => ({ contents: [{ role: 'user', parts: [{ text: prompt }] }] }),
  },
};
