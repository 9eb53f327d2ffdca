/** Builds and packs every package that is published: `npm run pack [folder]`. The console has been built before. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

import type { Manifest } from './manifest.ts';
import { parseCatalog } from './parse-catalog.ts';
import { stage } from './stage.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const build = join(root, 'build');
const tarballs = resolve(process.argv[2] ?? join(build, 'tarballs'));

function run(command: string, args: readonly string[], cwd = root): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status === 0) return stdout;
  throw new Error(`${command} ${args.join(' ')} failed.\n${error?.message ?? ''}${stdout}${stderr}`);
}

const folders = [
  'core',
  ...['packages', 'plugins'].flatMap((parent) =>
    readdirSync(join(root, parent)).map((name) => `${parent}/${name}`),
  ),
].filter((folder) => existsSync(join(root, folder, 'package.json')));

const read = (folder: string): Manifest =>
  JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Manifest;
const own = read('packages/dragoman').version;
const apart = folders.filter((folder) => read(folder).version !== own);
if (apart.length > 0) throw new Error(`These packages are not of version ${own}: ${apart.join(', ')}.`);

rmSync(build, { recursive: true, force: true });
mkdirSync(tarballs, { recursive: true });
run('tsc', ['-p', 'tsconfig.build.json']);
const versions = { own, catalog: parseCatalog(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) };
for (const folder of folders) {
  const target = join(build, folder);
  const added = folder === 'packages/dragoman' ? { console: join(root, 'console/out') } : {};
  stage({ root, folder, compiled: join(build, 'compiled'), target, versions, added });
  const [{ filename }] = JSON.parse(
    run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', tarballs], target),
  ) as [{ readonly filename: string }];
  process.stdout.write(`${join(tarballs, filename)}\n`);
}
