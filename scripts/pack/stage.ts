import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { type Manifest, publishedManifest, type Versions } from './manifest.ts';

/** Besides `dist`, what a package may hold that is published. */
const EXTRAS = ['bin', 'template', 'templates', 'README.md'];

export interface StageInput {
  /** The root of the repository. */
  readonly root: string;
  /** The folder of the package, from the root. */
  readonly folder: string;
  /** Where the compiler wrote, mirroring the root. */
  readonly compiled: string;
  /** Where the package is put together. */
  readonly target: string;
  readonly versions: Versions;
  /** Folders to add, by their names in the package. */
  readonly added: Readonly<Record<string, string>>;
}

/** Puts a package together as it is published. */
export function stage({ root, folder, compiled, target, versions, added }: StageInput): void {
  const source = join(root, folder);
  mkdirSync(target, { recursive: true });
  const dist = join(target, 'dist');
  cpSync(join(compiled, folder, 'src'), dist, { recursive: true });
  for (const path of filesBelow(dist)) if (path.endsWith('.map')) fixMap(path, dist);
  const extras = EXTRAS.filter((name) => existsSync(join(source, name)));
  for (const name of extras) cpSync(join(source, name), join(target, name), { recursive: true });
  for (const [name, from] of Object.entries(added)) cpSync(from, join(target, name), { recursive: true });
  cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));
  const manifest = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8')) as Manifest;
  const files = ['dist', ...extras.filter((name) => name !== 'README.md'), ...Object.keys(added)];
  const published = { ...publishedManifest(manifest, versions), files };
  writeFileSync(join(target, 'package.json'), `${JSON.stringify(published, null, 2)}\n`);
}

/** Maps name their sources from where the compiler wrote; the sources themselves are in the maps. */
function fixMap(path: string, dist: string): void {
  const map = JSON.parse(readFileSync(path, 'utf8')) as { sources: readonly string[] };
  const file = relative(dist, path).replace(/\.(?:d\.ts|m?js)\.map$/, '');
  const extension = /\.(m?ts|mjs)$/.exec(map.sources[0] ?? '')?.[1] ?? 'ts';
  const up = relative(dirname(path), dirname(dist));
  writeFileSync(path, JSON.stringify({ ...map, sources: [join(up, 'src', `${file}.${extension}`)] }));
}

function filesBelow(folder: string): readonly string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
