import type { Plugin } from '@dragoman/plugin';
import { createRegistry, type Registry } from './registry.ts';

/** What the plugins of the running configuration contribute: a reload may replace them. */
export function createLiveRegistry(plugins: () => readonly Plugin[]): Registry {
  let seen: readonly Plugin[] | undefined;
  let registry: Registry;
  const current = (): Registry => {
    const latest = plugins();
    if (latest !== seen) registry = createRegistry((seen = latest));
    return registry;
  };
  return {
    get plugins() {
      return current().plugins;
    },
    get protocols() {
      return current().protocols;
    },
    get providers() {
      return current().providers;
    },
    get hooks() {
      return current().hooks;
    },
    get toolFormats() {
      return current().toolFormats;
    },
    provider: (name) => current().provider(name),
    pluginOf: (name) => current().pluginOf(name),
    hook: (name) => current().hook(name),
    pluginOfHook: (name) => current().pluginOfHook(name),
  };
}
