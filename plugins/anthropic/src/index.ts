import { definePlugin, packageVersion } from '@dragoman/plugin';
import { anthropicMessages } from './protocol.ts';
import { anthropicProvider } from './provider.ts';

/** Anthropic's Messages API, for clients such as its SDKs and for upstreams. */
export const anthropic = definePlugin(() => ({
  name: 'anthropic',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  wireReaders: import.meta.resolve('@dragoman/plugin-anthropic/wire-readers'),
  protocols: [anthropicMessages],
  providers: [anthropicProvider],
}));

export { anthropicCodec } from './provider.ts';
