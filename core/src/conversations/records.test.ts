import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecords, type Records } from './records.ts';

let folder: string;
let time: number;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-records-'));
  time = Date.now();
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(bounds: { readonly maxCount?: number; readonly maxAgeMs?: number } = {}): Promise<Records> {
  return openRecords({ folder, maxCount: 100, maxAgeMs: 1000, now: () => time, ...bounds });
}

describe('records', () => {
  it('are there at once, and after a restart', async () => {
    const records = await open();
    const writing = records.put('a', { n: 1 });
    expect(await records.get('a')).toEqual({ n: 1 });
    await writing;
    expect(await records.get('a')).toEqual({ n: 1 });
    expect(await (await open()).get('a')).toEqual({ n: 1 });
  });

  it('are gone when removed, which is told once', async () => {
    const records = await open();
    await records.put('a', {});
    expect([await records.remove('a'), await records.remove('a')]).toEqual([true, false]);
    expect(await records.get('a')).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });

  it('make room for newer ones', async () => {
    const records = await open({ maxCount: 2 });
    for (const name of ['a', 'b', 'a', 'c']) await records.put(name, { name });
    expect(await records.get('b')).toBeUndefined();
    expect(await records.get('a')).toEqual({ name: 'a' });
    expect((await readdir(folder)).toSorted()).toEqual(['a.json', 'c.json']);
  });

  it('go with their age, also those that nobody asks for', async () => {
    const records = await open();
    await records.put('a', {});
    await records.put('b', {});
    time += 1000;
    expect(await records.get('a')).toBeUndefined();
    await records.put('c', {});
    expect(await readdir(folder)).toEqual(['c.json']);
  });

  it('keep their age over a restart', async () => {
    await (await open()).put('a', {});
    const old = new Date(time - 2000);
    await utimes(join(folder, 'a.json'), old, old);
    expect(await (await open()).get('a')).toBeUndefined();
  });

  it.each(['', '{"n":', '[1]', 'null'])('are none where a file holds %j', async (text) => {
    await writeFile(join(folder, 'a.json'), text);
    expect(await (await open()).get('a')).toBeUndefined();
  });

  it('survive many writers at once', async () => {
    const records = await open({ maxCount: 5 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => records.put(`r${n % 10}`, { n })));
    expect(await readdir(folder)).toHaveLength(5);
    expect(await records.get('r9')).toEqual({ n: 49 });
  });
});
