import type { Plugin } from './plugin.ts';

/** What `definePlugin` made each plugin with: of two plugins by one factory, the code is the same. */
const factories = new WeakMap<object, object>();

export function noteFactory(plugin: object, factory: object): void {
  factories.set(plugin, factory);
}

export const factoryOf = (plugin: Plugin): object | undefined => factories.get(plugin);
