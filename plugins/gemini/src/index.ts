import { definePlugin, packageVersion } from '@dragoman/plugin';
import { geminiGenerate } from './protocol.ts';
import { geminiProvider } from './provider.ts';

/** Google's Gemini API, for clients such as its SDKs and for upstreams. */
export const gemini = definePlugin(() => ({
  name: 'gemini',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  wireReaders: import.meta.resolve('@dragoman/plugin-gemini/wire-readers'),
  protocols: [geminiGenerate],
  providers: [geminiProvider],
}));

export { geminiCodec } from './provider.ts';
