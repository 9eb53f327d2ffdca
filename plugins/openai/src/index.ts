import { definePlugin, packageVersion } from '@dragoman/plugin';
import { openaiChat } from './protocol.ts';
import { openaiProvider } from './provider.ts';
import { OPENAI_TOKENIZERS } from './tokenizers.ts';
import { openaiResponses } from './responses/protocol.ts';

/** OpenAI's API, for clients and for upstreams. */
export const openai = definePlugin(() => ({
  name: 'openai',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  wireReaders: import.meta.resolve('@dragoman/plugin-openai/wire-readers'),
  protocols: [openaiChat, openaiResponses],
  providers: [openaiProvider],
  tokenizers: OPENAI_TOKENIZERS,
}));

export { openaiChatCodec, openaiCompatible, type OpenaiCompatible } from './compatible.ts';
export type { Quirks, QuirkyPath } from './quirks.ts';
export { OPENAI_CHAT } from './chat/wire.ts';
