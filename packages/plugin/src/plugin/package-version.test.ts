import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageVersion } from './package-version.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-package-'));
  await mkdir(join(folder, 'dist/deep'), { recursive: true });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const versionOf = (file: string): string => packageVersion(pathToFileURL(join(folder, file)).href);

describe('the version of a package', () => {
  it('is that of the nearest package.json with one, wherever the module is', async () => {
    await writeFile(join(folder, 'package.json'), '{"name":"quill","version":"3.1.0-beta.2"}');
    // Builds put such a file beside their modules.
    await writeFile(join(folder, 'dist/package.json'), '{"type":"module"}');
    expect(versionOf('index.ts')).toBe('3.1.0-beta.2');
    expect(versionOf('dist/deep/index.js')).toBe('3.1.0-beta.2');
  });

  it('is unknown without one', () => {
    expect(versionOf('dist/index.js')).toBe('unknown');
  });
});
