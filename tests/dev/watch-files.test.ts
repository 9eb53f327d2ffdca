import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { watchFiles } from '../../scripts/dev/watch-files.ts';

let folder: string;
let stop: () => void;
let changes: string[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-watch-'));
  await mkdir(join(folder, 'tree', 'deep', 'node_modules'), { recursive: true });
  await writeFile(join(folder, 'tree', 'deep', 'a.ts'), '');
  changes = [];
  stop = watchFiles({
    trees: [join(folder, 'tree')],
    folders: [folder],
    onChange: (path) => changes.push(path.slice(folder.length + 1)),
  });
});
afterEach(async () => {
  stop();
  await rm(folder, { recursive: true, force: true });
});

const write = (path: string): Promise<void> => writeFile(join(folder, path), String(Math.random()));

/** What comes at last of all that is written, and so shows what did not come before it. */
async function changesUntil(last: string): Promise<readonly string[]> {
  await expect.poll(() => changes.at(-1)).toBe(last);
  return changes.splice(0);
}

describe('the watcher of npm run dev', () => {
  it('sees a file again and again, as editors write it: in place, or as another file', async () => {
    for (let round = 0; round < 3; round++) {
      await write('tree/deep/a.ts');
      expect(await changesUntil('tree/deep/a.ts')).toEqual(['tree/deep/a.ts']);
      await write('tree/deep/a.new');
      await rename(join(folder, 'tree/deep/a.new'), join(folder, 'tree/deep/a.ts'));
      expect(await changesUntil('tree/deep/a.ts')).toEqual(['tree/deep/a.ts']);
    }
  });

  it('sees files of new folders, also where there was one before', async () => {
    for (let round = 0; round < 2; round++) {
      await mkdir(join(folder, 'tree/new/folder'), { recursive: true });
      await expect.poll(() => changes.length).toBeGreaterThan(0);
      const file = `tree/new/folder/${round}.ts`;
      await write(file);
      await changesUntil(file);
      await rm(join(folder, 'tree/new'), { recursive: true });
      await changesUntil(file);
    }
  });

  it('leaves out tests, packages, and what no gateway loads', async () => {
    await write('tree/deep/a.test.ts');
    await write('tree/deep/README.md');
    await write('tree/deep/node_modules/c.ts');
    await write('state.json.tmp');
    await write('.env');
    expect(await changesUntil('.env')).toEqual(['.env']);
  });
});
