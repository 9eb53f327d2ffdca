import { appendFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openOwnedIds, type OwnedBounds, type OwnedId, type OwnedIds } from './owned-ids.ts';

let folder: string;
let errors: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-ids-'));
  errors = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (bounds?: OwnedBounds): Promise<OwnedIds> =>
  openOwnedIds({ folder, log: { error: (_, message) => errors.push(message) }, ...(bounds && { bounds }) });

const owned = (id: string, owner = 'a', more: Partial<OwnedId> = {}): OwnedId => ({
  ...{ upstream: 'up', id, owner, kind: 'object' },
  ...more,
});

describe('ids of upstreams', () => {
  it('belong to the first who claims them, at that upstream', async () => {
    const ids = await open();
    expect(ids.isEmpty).toBe(true);
    ids.claim(owned('f1'));
    ids.claim(owned('f1', 'b'));
    ids.claim(owned('f1', 'b', { upstream: 'other' }));
    expect(ids.find('up', 'f1')?.owner).toBe('a');
    expect(ids.find('other', 'f1')?.owner).toBe('b');
    expect(ids.find('up', 'f2')).toBeUndefined();
    expect(ids.isEmpty).toBe(false);
    await ids.close();
  });

  it('are not for others at any upstream, except for what these created there themselves', async () => {
    const ids = await open();
    ids.claim(owned('f1'));
    ids.claim(owned('f1', 'b', { upstream: 'other' }));
    const asked = (upstream: string, owner: string): boolean => ids.isOthers({ upstream, owner, id: 'f1' });
    expect(['up', 'other', 'third'].map((upstream) => asked(upstream, 'a'))).toEqual([false, true, true]);
    expect(['up', 'other', 'third'].map((upstream) => asked(upstream, 'b'))).toEqual([true, false, true]);
    expect(['up', 'other', 'third'].map((upstream) => asked(upstream, 'c'))).toEqual([true, true, true]);
    expect(ids.isOthers({ upstream: 'up', owner: 'c', id: 'f2' })).toBe(false);
    await ids.close();
  });

  it('belong to nobody where they are parts that several received', async () => {
    const part = (owner: string, upstream = 'up'): OwnedId => owned('p1', owner, { upstream, kind: 'part' });
    const isOthers = (ids: OwnedIds, owner: string): boolean => ids.isOthers(part(owner));
    const ids = await open();
    ids.claim(part('a'));
    ids.claim(part('a', 'second'));
    expect(isOthers(ids, 'b')).toBe(true);
    ids.claim(part('b', 'other'));
    ids.claim(owned('f1'));
    ids.claim(owned('f1', 'b', { kind: 'part' }));
    await ids.close();
    for (const some of [ids, await open()]) {
      expect(['a', 'b', 'c'].map((owner) => isOthers(some, owner))).toEqual([false, false, false]);
      expect(some.isOthers(owned('f1', 'b'))).toBe(true);
      some.claim(part('d'));
      expect(isOthers(some, 'c')).toBe(false);
      await some.close();
    }
  });

  it('outlive a restart, also one in the middle of a line', async () => {
    const ids = await open();
    for (const id of ['f1', 'f2', 'weird "\n id']) ids.claim(owned(id));
    await ids.close();
    const file = join(folder, 'upstream-ids.jsonl');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    await appendFile(file, '["up","half');
    const again = await open();
    for (const id of ['f1', 'f2', 'weird "\n id']) expect(again.find('up', id)).toEqual(owned(id));
    again.claim(owned('f3'));
    await again.close();
    const third = await open();
    for (const id of ['f1', 'f3']) expect(third.find('up', id)).toEqual(owned(id));
    expect(third.unusable).toEqual([]);
    expect(errors).toEqual([]);
  });

  it('are kept where an editor left out the last end of line, or put a mark in front', async () => {
    await writeFile(
      join(folder, 'upstream-ids.jsonl'),
      `\uFEFF["up","f1","a","object"]\n["up","f2","a","object"]`,
    );
    const ids = await open();
    for (const id of ['f1', 'f2']) expect(ids.find('up', id)).toMatchObject({ id, owner: 'a' });
    expect(ids.unusable).toEqual([]);
  });

  it('stay in the file where another version wrote them', async () => {
    const file = join(folder, 'upstream-ids.jsonl');
    const newer = '["up","f0","a","container",{"since":1}]';
    await writeFile(file, `${newer}\n["up","f1","a","object"]\n["up","half`);
    const ids = await open();
    expect(ids.unusable).toMatchObject([{ file: 'upstream-ids.jsonl', path: 'line 1' }]);
    expect(errors).toHaveLength(1);
    ids.claim(owned('f2'));
    await ids.close();
    expect((await readFile(file, 'utf8')).split('\n').slice(0, -1)).toEqual([
      newer,
      '["up","f1","a","object"]',
      '["up","f2","a","object"]',
    ]);
  });

  it('are all written once the disk takes them again', async () => {
    const ids = await open();
    const file = join(folder, 'upstream-ids.jsonl');
    await mkdir(file);
    ids.claim(owned('f1'));
    await ids.close();
    expect(errors).toHaveLength(1);
    await rm(file, { recursive: true });
    ids.claim(owned('f2'));
    await ids.close();
    const again = await open();
    for (const id of ['f1', 'f2']) expect(again.find('up', id)).toEqual(owned(id));
  });

  it('are refused when their file cannot be read, as nothing would have an owner', async () => {
    await mkdir(join(folder, 'upstream-ids.jsonl'));
    await expect(open()).rejects.toThrow('reading failed (EISDIR)');
  });

  it('of no sensible length are not kept', async () => {
    const ids = await open();
    ids.claim(owned(''));
    ids.claim(owned('x'.repeat(300)));
    expect(ids.isEmpty).toBe(true);
  });

  it('are bounded for each key and kind, so that nobody pushes out those of others', async () => {
    const ids = await open({ perOwner: 3, total: 100 });
    ids.claim(owned('b1', 'b'));
    ids.claim(owned('a-file'));
    for (let n = 0; n < 50; n++) ids.claim(owned(`r${n}`, 'a', { kind: 'reply' }));
    expect(ids.find('up', 'b1')).toBeDefined();
    expect(ids.find('up', 'a-file')).toBeDefined();
    expect(['r46', 'r47', 'r48', 'r49'].map((id) => ids.find('up', id) !== undefined)).toEqual([
      ...[false, true, true, true],
    ]);
    await ids.close();
  });

  it('are bounded in all at the cost of the key that has the most', async () => {
    const ids = await open({ perOwner: 10, total: 12 });
    for (const id of ['b1', 'b2']) ids.claim(owned(id, 'b'));
    for (let n = 0; n < 10; n++) ids.claim(owned(`a${n}`));
    ids.claim(owned('c1', 'c'));
    expect(ids.find('up', 'a0')).toBeUndefined();
    for (const id of ['b1', 'b2', 'a1', 'c1']) expect(ids.find('up', id)).toBeDefined();
    await ids.close();
  });

  it('do not let their file grow without end', async () => {
    const ids = await open({ perOwner: 10, total: 10 });
    for (let n = 0; n < 25_000; n++) ids.claim(owned(`a${n}`));
    await ids.close();
    ids.claim(owned('last'));
    await ids.close();
    const lines = (await readFile(join(folder, 'upstream-ids.jsonl'), 'utf8')).split('\n').length - 1;
    expect(lines).toBeLessThanOrEqual(11_000);
    expect((await open()).find('up', 'last')).toBeDefined();
  });
});
