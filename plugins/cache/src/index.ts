import { definePlugin, packageVersion } from '@dragoman/plugin';
import { createCacheHook, type OpenStore } from './hook.ts';

export type { OpenStore } from './hook.ts';
export type { CacheStore, StoreBounds, StoreClock, Stored } from './store/store.ts';

export interface CacheOptions {
  /** Opens the store of each configured cache. Default: in memory and on disk. */
  readonly store?: OpenStore;
}

/** The plugin `cache`: a hook that answers equal requests without asking an upstream again. */
export const cache = definePlugin(({ store }: CacheOptions) => ({
  name: 'cache',
  meta: { version: packageVersion(import.meta.url), apiVersion: 1 },
  hooks: [createCacheHook(store)],
}));
