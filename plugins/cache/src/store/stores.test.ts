import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeStore, storeKey } from '../testing/describe-store.ts';
import { createDiskStore } from './disk-store.ts';
import { createLayeredStore } from './layered-store.ts';
import { createMemoryStore } from './memory-store.ts';
import type { CacheStore, StoreBounds, StoreClock } from './store.ts';

/** A store in a folder of its own. */
async function inFolder(create: (folder: string) => CacheStore) {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-cache-'));
  return {
    store: create(folder),
    reopen: () => create(folder),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const onDisk = (bounds: StoreBounds, clock: StoreClock) => (folder: string) =>
  createDiskStore({ folder, clock, ...bounds });

describeStore('the store in memory', {
  open: async (bounds, clock) => ({ store: createMemoryStore(bounds, clock) }),
});

describeStore('the store on disk', { open: (bounds, clock) => inFolder(onDisk(bounds, clock)) });

describeStore('the store in memory before the one on disk', {
  // Each of the two has bounds of its own.
  heedsBounds: false,
  open: (bounds, clock) =>
    inFolder((folder) => createLayeredStore(createMemoryStore(bounds, clock), onDisk(bounds, clock)(folder))),
});

describe('two layers', () => {
  const bounds = { maxEntries: 10, maxBytes: 100_000 };
  const key = storeKey('a');

  it('ask the second only for what the first has not, and then not again', async () => {
    let now = 1_800_000_000_000;
    const clock = { now: () => now };
    const [fast, large] = [createMemoryStore(bounds, clock), createMemoryStore(bounds, clock)];
    const layered = createLayeredStore(fast, large);
    await large.set(key, 'one', 1000);
    now += 400;
    expect(await layered.get(key)).toEqual({ text: 'one', leftMs: 600 });
    expect(await fast.get(key)).toEqual({ text: 'one', leftMs: 600 });
    await large.delete(key);
    expect((await layered.get(key))?.text).toBe('one');
  });

  it('do not wait for the second, and report its failure the next time', async () => {
    const clock = { now: () => 1_800_000_000_000 };
    const written = Promise.withResolvers<void>();
    const large = { ...createMemoryStore(bounds, clock), set: () => written.promise };
    const layered = createLayeredStore(createMemoryStore(bounds, clock), large);
    await layered.set(key, 'one', 1000);
    expect((await layered.get(key))?.text).toBe('one');
    written.reject(new Error('The disk is full.'));
    await expect(layered.set(key, 'two', 1000)).rejects.toThrow('The disk is full.');
    expect((await layered.get(key))?.text).toBe('two');
  });
});
