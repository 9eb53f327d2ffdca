import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { storeKey } from '../testing/describe-store.ts';
import { createDiskStore, type DiskStoreInput } from './disk-store.ts';
import type { CacheStore } from './store.ts';

let folder: string;
let now = 0;
beforeEach(async () => {
  now = 1_800_000_000_000;
  folder = await mkdtemp(join(tmpdir(), 'dragoman-cache-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(bounds: Partial<DiskStoreInput> = {}): CacheStore {
  return createDiskStore({
    folder,
    clock: { now: () => now },
    maxEntries: 100,
    maxBytes: 1024 * 1024,
    ...bounds,
  });
}
/** Makes a file ten seconds older. */
async function age(path: string): Promise<void> {
  const { atime, mtimeMs } = await stat(path);
  await utimes(path, atime, new Date(mtimeMs - 10_000));
}

const [a, b, c] = [storeKey('a'), storeKey('b'), storeKey('c')];

describe('the store on disk', () => {
  it('keeps its files to their owner', async () => {
    const store = open();
    await store.set(a, 'one', 1000);
    const [name = ''] = await readdir(folder);
    expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  });

  it('leaves one file for each text, and none for what it forgot', async () => {
    const store = open({ maxEntries: 2 });
    for (const [index, key] of [a, a, b, c].entries()) await store.set(key, `text ${index}`, 1000 + index);
    await store.close();
    expect(await readdir(folder)).toHaveLength(2);
    const next = open();
    await next.delete(b);
    await next.delete(c);
    expect(await readdir(folder)).toEqual([]);
  });

  it('removes files whose time is over: when it opens, when it is asked, and from time to time', async () => {
    const store = open();
    await store.set(a, 'one', 1000);
    await store.set(b, 'two', 50_000);
    now += 2000;
    expect(await store.get(a)).toBeUndefined();
    expect(await readdir(folder)).toHaveLength(1);
    now += 60_000;
    await store.set(c, 'three', 1000);
    await store.close();
    expect((await readdir(folder)).map((name) => name.slice(0, 64))).toEqual([c]);
    now += 1000;
    const next = open();
    expect(await next.get(c)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('opens within its bounds, and what was written last stays', async () => {
    const store = open();
    for (const key of [a, b, c]) {
      await store.set(key, 'text', 1000);
      // Times of files may be coarse.
      await Promise.all((await readdir(folder)).map((name) => age(join(folder, name))));
    }
    const next = open({ maxEntries: 1 });
    expect(await next.get(a)).toBeUndefined();
    expect((await next.get(c))?.text).toBe('text');
    await next.close();
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('leaves alone what is not its own', async () => {
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await open().get(a);
    expect(await readFile(join(folder, 'notes.txt'), 'utf8')).toBe('mine');
  });

  it('does without a file that somebody removed', async () => {
    const store = open();
    await store.set(a, 'one', 1000);
    for (const name of await readdir(folder)) await rm(join(folder, name));
    expect(await store.get(a)).toBeUndefined();
    await store.set(a, 'two', 1000);
    expect((await store.get(a))?.text).toBe('two');
  });

  it('returns what is left of a file that a power cut truncated: the entry tells that it is not whole', async () => {
    const store = open();
    await store.set(a, 'one and two', 1000);
    const [name = ''] = await readdir(folder);
    await truncate(join(folder, name), 3);
    expect((await open().get(a))?.text).toBe('one');
  });

  it('says that it cannot write, and leaves no draft', async () => {
    const store = open();
    await store.get(a);
    await rm(folder, { recursive: true });
    await expect(store.set(a, 'one', 1000)).rejects.toThrow('ENOENT');
    await expect(open().get(a)).rejects.toThrow('ENOENT');
  });

  it('finds whole texts only after its process was killed while it wrote', async () => {
    const script = `
      const { createDiskStore } = await import(${JSON.stringify(new URL('disk-store.ts', import.meta.url).href)});
      const { createHash } = await import('node:crypto');
      const store = createDiskStore({ folder: process.argv[1], clock: Date, maxEntries: 1000, maxBytes: 1e9 });
      for (let index = 0; ; index += 1) {
        const key = createHash('sha256').update(String(index % 50)).digest('hex');
        await store.set(key, key.repeat(5000) + 'end', 60_000 + index);
        if (index === 100) process.stdout.write('busy');
      }`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script, folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await once(child.stdout, 'data');
    child.kill('SIGKILL');
    await once(child, 'exit');
    now = Date.now();
    const store = open({ maxBytes: 1e9 });
    for (let index = 0; index < 50; index += 1) {
      const key = storeKey(String(index));
      expect((await store.get(key))?.text).toBe(`${key.repeat(5000)}end`);
    }
    const names = await readdir(folder);
    expect(names).toHaveLength(50);
    expect(names.filter((name) => name.endsWith('.draft'))).toEqual([]);
  });
});
