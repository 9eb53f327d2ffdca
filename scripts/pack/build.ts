import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Manifest } from './manifest.ts';
import { parseCatalog } from './parse-catalog.ts';
import { stage } from './stage.ts';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const BUILD = join(ROOT, 'build');

/** A package that was put together as it is published. */
export interface Built {
  /** Its folder in the repository, from the root. */
  readonly folder: string;
  /** Where it was put together. */
  readonly target: string;
}

/** What {@link buildPackages} put together last. */
export function builtPackages(): readonly Built[] {
  return packages().map((folder) => ({ folder, target: targetOf(folder) }));
}

const targetOf = (folder: string): string => join(BUILD, folder);

function packages(): readonly string[] {
  const below = ['packages', 'plugins'].flatMap((parent) =>
    readdirSync(join(ROOT, parent)).map((name) => `${parent}/${name}`),
  );
  return ['core', ...below].filter((folder) => existsSync(join(ROOT, folder, 'package.json')));
}

/** Compiles all packages that are published, and puts them together. The console has been built before. */
export function buildPackages(): readonly Built[] {
  const folders = packages();
  const own = versionOf('packages/dragoman');
  const apart = folders.filter((folder) => versionOf(folder) !== own);
  if (apart.length > 0) throw new Error(`These packages are not of version ${own}: ${apart.join(', ')}.`);
  rmSync(BUILD, { recursive: true, force: true });
  run('tsc', ['-p', 'tsconfig.build.json'], ROOT);
  const versions = { own, catalog: parseCatalog(readFileSync(join(ROOT, 'pnpm-workspace.yaml'), 'utf8')) };
  return folders.map((folder) => {
    const target = targetOf(folder);
    const added = folder === 'packages/dragoman' ? { console: join(ROOT, 'console/out') } : {};
    stage({ root: ROOT, folder, compiled: join(BUILD, 'compiled'), target, versions, added });
    return { folder, target };
  });
}

function versionOf(folder: string): string {
  return (JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Manifest).version;
}

/** Runs a command to its end, and returns its output. Throws with all of it if the command fails. */
export function run(command: string, args: readonly string[], cwd: string): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed.\n${error?.message ?? ''}${stdout}${stderr}`);
}
