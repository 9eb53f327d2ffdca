import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createFolder, packageNameOf } from './create-folder.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dragoman-create-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const files = (name: string): ReadonlyMap<string, string> => new Map([['a/b.txt', name]]);

describe('createFolder', () => {
  it('writes the files into a new folder, named as a package', async () => {
    const folder = join(root, 'deep', 'My Gateway');
    expect(createFolder(folder, files)).toEqual({ folder, name: 'my-gateway' });
    expect(await readFile(join(folder, 'a', 'b.txt'), 'utf8')).toBe('my-gateway');
  });

  it('takes a folder with nothing but a repository', async () => {
    await mkdir(join(root, '.git'));
    createFolder(root, files);
    expect(await readdir(root)).toEqual(['.git', 'a']);
  });

  it('leaves a folder with anything else alone, and names what it found', async () => {
    await writeFile(join(root, '.env'), 'KEY=1');
    expect(() => createFolder(root, files)).toThrow(`${root} is not empty (.env). Nothing was written`);
    expect(await readdir(root)).toEqual(['.env']);
  });

  it('leaves a file alone', async () => {
    const file = join(root, 'file');
    await writeFile(file, '');
    expect(() => createFolder(file, files)).toThrow('is a file');
  });
});

it.each([
  ['My Gateway!', 'my-gateway'],
  ['.hidden', 'hidden'],
  ['网关', 'my-gateway'],
])('the folder %s becomes the package %s', (folder, name) => {
  expect(packageNameOf(folder)).toBe(name);
});
