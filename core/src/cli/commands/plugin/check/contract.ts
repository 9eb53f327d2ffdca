import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { PluginManifest } from './manifest.ts';

interface Place {
  readonly place: string;
  readonly manifest: PluginManifest;
}

/** The plugin's own entry, as its tests import it. */
const ENTRY = /(['"])(?:\.\.?\/)+(?:src\/)?index\.[jt]s\1/g;

/** Runs the plugin's tests against the packed package: those that import its entry and no other file of it. */
export async function contractProblems(root: string, { place, manifest }: Place): Promise<readonly string[]> {
  const tests = testsBelow(root).map((path) => ({ path, text: readFile(path, 'utf8') }));
  let count = 0;
  for (const { path, text } of tests) {
    const packed = (await text).replaceAll(ENTRY, `$1${manifest.name}$1`);
    if (/(?:from|import\()\s*['"]\.\.?\//.test(packed)) continue;
    count += 1;
    const file = join(place, 'tests', `${count}-${basename(path)}`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, packed);
  }
  const runner = join(root, 'node_modules/vitest/vitest.mjs');
  if (count === 0) return ['No test imports the entry of the plugin alone, so its contract was not run.'];
  if (!existsSync(runner)) return ['vitest is not installed, so the contract was not run.'];
  try {
    await promisify(execFile)(process.execPath, [runner, 'run', '--root', place], { cwd: place });
    return [];
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    return [`The packed plugin does not keep its contract.\n${stdout}${stderr}`];
  }
}

function testsBelow(root: string): readonly string[] {
  return ['src', 'test', 'tests']
    .map((name) => join(root, name))
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((path) => /\.test\.[jt]s$/.test(path))
        .map((path) => join(folder, path)),
    );
}
