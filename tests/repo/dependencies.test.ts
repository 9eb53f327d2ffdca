import { describe, expect, it } from 'vitest';
import { parseCatalog } from '../../scripts/pack/parse-catalog.ts';
import { importsOf, isSource, listFiles, packageOf, readManifest, readText } from './workspace.ts';

const folders = [
  '.',
  ...listFiles('.')
    .filter((path) => path.endsWith('/package.json'))
    .map((path) => path.slice(0, -'/package.json'.length)),
];

const workspace = new Set(folders.map((folder) => readManifest(folder).name));

/** What config files import where nothing is installed, from the package that loads them. */
const isForConfigs = (name: string, folder: string): boolean =>
  folder === 'packages/dragoman' && /^(?:@dragoman\/plugin(?:-.*)?|zod)$/.test(name);

/** What is needed without being imported: by whom. */
const NEEDED_BY: Readonly<Record<string, string>> = {
  'oxlint-tsgolint': 'oxlint --type-aware',
  typescript: 'tsc, and next build',
  '@vitest/coverage-v8': 'vitest --coverage',
  'react-dom': 'next',
  tailwindcss: 'console/app/globals.css',
  '@tailwindcss/postcss': 'console/postcss.config.mjs, by name',
  'pino-pretty': 'pino, which loads it by name',
};

/** The programs that the scripts call. */
const programs = `${readText('package.json')}\n${readText('scripts/run.mjs')}`;

function isUsed(name: string, imported: ReadonlySet<string>): boolean {
  if (imported.has(name) || name in NEEDED_BY || name === '@types/node') return true;
  const typed = /^@types\/(?:(\w+)__)?(.+)$/.exec(name);
  if (typed) return isUsed(typed[1] ? `@${typed[1]}/${typed[2]}` : `${typed[2]}`, imported);
  return programs.includes(`'${name}'`);
}

describe.each(folders)('the package in %s', (folder) => {
  it('uses every package that it depends on', () => {
    const { dependencies = {}, devDependencies = {} } = readManifest(folder);
    const imported = new Set(listFiles(folder).filter(isSource).flatMap(importsOf).map(packageOf));
    const unused = Object.keys({ ...dependencies, ...devDependencies }).filter(
      (name) => !isUsed(name, imported) && !isForConfigs(name, folder),
    );
    expect(unused).toEqual([]);
  });

  it('takes packages of the workspace from it, and all others from the catalog', () => {
    const { dependencies = {}, devDependencies = {} } = readManifest(folder);
    for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies })) {
      expect(range, name).toBe(workspace.has(name) ? 'workspace:*' : 'catalog:');
    }
  });
});

describe('the catalog', () => {
  const catalog = parseCatalog(readText('pnpm-workspace.yaml'));

  it('has no package that nobody depends on', () => {
    const wanted = new Set(
      folders
        .map(readManifest)
        .flatMap(({ dependencies, devDependencies }) => Object.keys({ ...dependencies, ...devDependencies })),
    );
    expect(Object.keys(catalog).filter((name) => !wanted.has(name))).toEqual([]);
    expect(wanted.size).toBeGreaterThan(20);
  });

  it('pins exact versions', () => {
    const loose = Object.entries(catalog).filter(
      ([name, version]) => !/^\d/.test(version) && name !== '@types/node',
    );
    expect(loose).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('names no registry, so it works with any', () => {
    expect(readText('pnpm-lock.yaml')).not.toMatch(/https?:\/\/|tarball:/);
  });
});
