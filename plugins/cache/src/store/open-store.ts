import type { HookSetup } from '@dragoman/plugin';
import type { Options } from '../options.ts';
import { createDiskStore } from './disk-store.ts';
import { createLayeredStore } from './layered-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { CacheStore } from './store.ts';

/** In memory, and behind it on disk, unless the options say otherwise. */
export function openStore(
  options: Options,
  { clock, folder }: Pick<HookSetup, 'clock' | 'folder'>,
): CacheStore {
  const { memoryEntries, memoryBytes, diskEntries, diskBytes } = options;
  const memory = createMemoryStore({ maxEntries: memoryEntries, maxBytes: memoryBytes }, clock);
  if (diskBytes === 0) return memory;
  const disk = createDiskStore({ folder: folder(), clock, maxEntries: diskEntries, maxBytes: diskBytes });
  return createLayeredStore(memory, disk);
}
