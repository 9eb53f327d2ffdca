import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url));

const BUILT = new Set(['node_modules', '.git', '.next', 'out', 'build', 'data', 'next-env.d.ts']);

/** The files below a folder, by their paths from the root; nothing that is installed or built. */
export function listFiles(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (BUILT.has(entry.name)) return [];
    const path = join(folder, entry.name).split(sep).join('/');
    return entry.isDirectory() ? listFiles(path) : [path];
  });
}

export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

export function readManifest(folder: string): Manifest {
  return JSON.parse(readText(join(folder, 'package.json'))) as Manifest;
}

const IMPORT = /(?:\bfrom\s*|\bimport\s*\(?\s*)(['"])([^'"\n]+)\1/g;

/** What a source file imports. Relative paths become paths from the root, all else stays. */
export function importsOf(path: string): readonly string[] {
  return importsIn(readText(path), path);
}

/** What a source file imports when it runs: types are gone by then. */
export function loadsOf(path: string): readonly string[] {
  return importsIn(readText(path).replaceAll(/\b(?:import|export) type [^;]*;/g, ''), path);
}

function importsIn(text: string, path: string): readonly string[] {
  return [...text.matchAll(IMPORT)].map(([, , name = '']) =>
    name.startsWith('.')
      ? relative(root, resolve(root, dirname(path), name))
          .split(sep)
          .join('/')
      : name,
  );
}

/** `@scope/name/part` and `name/part` without their part. */
export function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

export const isSource = (path: string): boolean => /\.(ts|tsx|mjs)$/.test(path);
export const isTest = (path: string): boolean => /\.test\.tsx?$/.test(path);
