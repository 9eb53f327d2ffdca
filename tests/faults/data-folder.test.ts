import { writeFile } from 'node:fs/promises';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
});
afterEach(() => home.close());

describe('a data folder that cannot be used', () => {
  it('is told in a sentence: below a file', async () => {
    const file = join(home.folder, 'file');
    await writeFile(file, '');
    const { code, stderr } = await home.run(['start', '--data', join(file, 'data')]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The data folder \S+ cannot be used: part of the path is a file \(.*\)\.\n$/);
  });

  it('is told in a sentence: on a read-only file system', async ({ skip }) => {
    const folder = join(home.folder, 'mount');
    mkdirSync(folder);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'ro,size=64k', 'tmpfs', folder], { stdio: 'ignore' });
    } catch {
      return skip('No tmpfs can be mounted here; root can.');
    }
    try {
      for (const data of [folder, join(folder, 'data')]) {
        const { code, stderr } = await home.run(['start', '--port', '0', '--data', data]);
        expect(code).toBe(1);
        expect(stderr).toMatch(/^The data folder \S+ cannot be used: .*\.\n$/);
      }
    } finally {
      execFileSync('umount', ['-l', folder]);
    }
  });
});
