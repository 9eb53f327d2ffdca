import { definePlugin } from '@dragoman/plugin';
import { echoProvider } from './provider.ts';

/** The plugin `echo`: a provider that answers without a network. */
export const echo = definePlugin(() => ({ name: 'echo', providers: [echoProvider] }));
