import { definePlugin } from '@dragoman/core';
import { openaiChat } from './protocol.ts';
import { openaiProvider } from './provider.ts';

/** OpenAI's API, for clients and for upstreams. */
export const openai = definePlugin(() => ({
  name: 'openai',
  protocols: [openaiChat],
  providers: [openaiProvider],
}));

export { openaiChatCodec, openaiCompatible, type OpenaiCompatible } from './provider.ts';
export { OPENAI_CHAT } from './wire.ts';
