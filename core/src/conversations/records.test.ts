import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RecordName } from './record-index.ts';
import { openRecords, type Records, type RecordsInput } from './records.ts';

let folder: string;
let time: number;
let isDiskLow = false;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-records-'));
  time = Date.now();
  isDiskLow = false;
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function open(bounds: Partial<RecordsInput> = {}): Promise<Records> {
  return openRecords({
    ...{ folder, maxCount: 100, maxAgeMs: 1000, maxBytes: 1e6, maxBytesPerOwner: 1e6 },
    ...{ now: () => time, isDiskLow: () => isDiskLow },
    ...bounds,
  });
}

const of = (owner: string, name: string): RecordName => ({ owner, name });
const id = (name: string): RecordName => of('o', name);
const files = (owner = 'o'): Promise<string[]> => readdir(join(folder, owner));
/** A record of about so many bytes. */
const large = (bytes: number) => ({ text: 'x'.repeat(bytes) });

describe('records', () => {
  it('are there at once, and after a restart', async () => {
    const records = await open();
    const writing = records.put(id('a'), { n: 1 });
    expect(await records.get(id('a'))).toEqual({ n: 1 });
    await writing;
    expect(await records.get(id('a'))).toEqual({ n: 1 });
    expect(await (await open()).get(id('a'))).toEqual({ n: 1 });
  });

  it('are gone when removed, which is told once', async () => {
    const records = await open();
    await records.put(id('a'), {});
    expect([await records.remove(id('a')), await records.remove(id('a'))]).toEqual([true, false]);
    expect(await records.get(id('a'))).toBeUndefined();
    expect(await files()).toEqual([]);
  });

  it('make room for newer ones', async () => {
    const records = await open({ maxCount: 2 });
    for (const name of ['a', 'b', 'a', 'c']) await records.put(id(name), { name });
    expect(await records.get(id('b'))).toBeUndefined();
    expect(await records.get(id('a'))).toEqual({ name: 'a' });
    expect((await files()).toSorted()).toEqual(['a.json', 'c.json']);
  });

  it('go with their age, also those that nobody asks for', async () => {
    const records = await open();
    await records.put(id('a'), {});
    await records.put(id('b'), {});
    time += 1000;
    expect(await records.get(id('a'))).toBeUndefined();
    await records.put(id('c'), {});
    expect(await files()).toEqual(['c.json']);
  });

  it('keep their age over a restart', async () => {
    await (await open()).put(id('a'), {});
    const old = new Date(time - 2000);
    await utimes(join(folder, 'o', 'a.json'), old, old);
    expect(await (await open()).get(id('a'))).toBeUndefined();
  });

  it.each(['', '{"n":', '[1]', 'null'])('are refused, and stay, where a file holds %j', async (text) => {
    await mkdir(join(folder, 'o'));
    await writeFile(join(folder, 'o', 'a.json'), text);
    await expect((await open()).get(id('a'))).rejects.toThrow(join(folder, 'o', 'a.json'));
    expect(await files()).toEqual(['a.json']);
  });

  it('stay when the clock jumps ahead and comes back, and go when it stays there', async () => {
    let elapsed = 0;
    const [minute, day] = [60_000, 24 * 60 * 60_000];
    const records = await open({ maxAgeMs: 30 * day, steady: () => elapsed });
    await records.put(id('a'), {});
    time += 60 * day;
    elapsed += 36_000;
    await records.put(id('b'), {});
    expect(await records.get(id('a'))).toEqual({});
    time -= 60 * day;
    await records.put(id('c'), {});
    expect((await files()).toSorted()).toEqual(['a.json', 'b.json', 'c.json']);
    time += 60 * day;
    expect(await records.get(id('a'))).toEqual({});
    time += 61 * minute;
    elapsed += 61 * minute;
    expect(await records.get(id('a'))).toBeUndefined();
  });

  it('survive many writers at once', async () => {
    const records = await open({ maxCount: 5 });
    await Promise.all(Array.from({ length: 50 }, (_, n) => records.put(id(`r${n % 10}`), { n })));
    expect(await files()).toHaveLength(5);
    expect(await records.get(id('r9'))).toEqual({ n: 49 });
  });
});

describe('records of several owners', () => {
  it('make room at the expense of the one that has most', async () => {
    const records = await open({ maxCount: 5 });
    await records.put(of('quiet', 'a'), {});
    for (let n = 0; n < 20; n += 1) await records.put(of('loud', `r${n}`), {});
    expect(await records.get(of('quiet', 'a'))).toEqual({});
    expect((await files('loud')).toSorted()).toEqual(['r16.json', 'r17.json', 'r18.json', 'r19.json']);
  });

  it('are bounded by their bytes, in all and for each, also after a restart', async () => {
    const bounds = { maxBytes: 5_000, maxBytesPerOwner: 3_000 };
    let records = await open(bounds);
    for (let n = 0; n < 10; n += 1) await records.put(of('loud', `r${n}`), large(900));
    expect(await files('loud')).toHaveLength(3);
    for (let n = 0; n < 2; n += 1) await records.put(of('other', `r${n}`), large(900));
    records = await open(bounds);
    for (let n = 2; n < 4; n += 1) await records.put(of('other', `r${n}`), large(900));
    expect((await files('loud')).length + (await files('other')).length).toBe(5);
    expect(await files('other')).toHaveLength(3);
    expect(records.sizeOf(of('loud', 'r9'))).toBeGreaterThan(900);
    expect(await (await open({ ...bounds, maxBytes: 2_000 })).get(of('loud', 'r9'))).toBeDefined();
    expect((await files('loud')).length + (await files('other')).length).toBe(2);
  });

  it('are not kept where one is larger than all that its owner may have, and nothing else goes', async () => {
    const records = await open({ maxBytesPerOwner: 1_000 });
    await records.put(id('a'), {});
    await expect(records.put(id('b'), large(1_000))).rejects.toMatchObject({ kind: 'too-large' });
    expect(await files()).toEqual(['a.json']);
    expect(records.sizeOf(id('b'))).toBeUndefined();
  });

  it('are not kept while the disk is nearly full', async () => {
    const records = await open();
    isDiskLow = true;
    await expect(records.put(id('a'), {})).rejects.toMatchObject({ kind: 'overloaded' });
    isDiskLow = false;
    await records.put(id('a'), {});
    expect(await records.get(id('a'))).toEqual({});
  });

  it('of an earlier version are found by their names, and move to who asks for them', async () => {
    await writeFile(join(folder, 'old.json'), '{"n":1}');
    await writeFile(join(folder, 'gone.json'), '{}');
    const records = await open();
    expect(records.sizeOf(id('old'))).toBe(7);
    expect(await records.get(id('old'))).toEqual({ n: 1 });
    expect(await files()).toEqual(['old.json']);
    expect(await records.remove(id('gone'))).toBe(true);
    expect(await files('.')).toEqual(['o']);
    expect(await (await open()).get(id('old'))).toEqual({ n: 1 });
    // They count like all others, and go with their age.
    await writeFile(join(folder, 'unasked.json'), '{}');
    time += 2_000;
    await open();
    expect(await files('.')).toEqual(['o']);
  });
});
