import { definePlugin, packageVersion } from '@dragoman/plugin';
import { echoProvider } from './provider.ts';

/** The plugin `echo`: a provider that answers without a network. */
export const echo = definePlugin(() => ({
  name: 'echo',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  providers: [echoProvider],
}));
