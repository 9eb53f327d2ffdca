import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HOUSES } from './rooms.ts';
import { listFiles, readText, root } from './workspace.ts';

/** Paths from the root, in code spans; not the patterns among them. */
const PATH = /`((?:core|packages|plugins|console|tests|scripts|docs|\.ci|\.github|\.vscode)\/[\w./-]+)`/g;

const pathsIn = (file: string): readonly string[] =>
  [...readText(file).matchAll(PATH)].map(([, path = '']) => path);

describe('CONTRIBUTING.md', () => {
  it('names enough for a newcomer', () => {
    expect(pathsIn('CONTRIBUTING.md').length).toBeGreaterThan(30);
  });

  it('is within reach of the README in both languages', () => {
    for (const file of ['README.md', 'README.zh-CN.md'])
      expect(readText(file)).toContain('(CONTRIBUTING.md)');
  });

  it('names only scripts that there are', () => {
    const { scripts } = JSON.parse(readText('package.json')) as { readonly scripts: object };
    const named = [...readText('CONTRIBUTING.md').matchAll(/npm run ([\w:]+)/g)].map(([, name = '']) => name);
    expect(named.filter((name) => !(name in scripts))).toEqual([]);
  });
});

/** Changes of the past may name what is gone. */
const documents = listFiles('.').filter((path) => path.endsWith('.md') && path !== 'CHANGELOG.md');

/** What a document of a new project is about is in the template that it is made from. */
const groundsOf = (file: string): readonly string[] => [
  root,
  ...(file.startsWith('packages/create-')
    ? [join(root, file.split('/').slice(0, 2).join('/'), 'template')]
    : []),
];

it.each(documents)('%s names only paths that exist', (file) => {
  const exists = (path: string): boolean => groundsOf(file).some((ground) => existsSync(join(ground, path)));
  expect(pathsIn(file).filter((path) => !exists(path))).toEqual([]);
});

describe.each(Object.entries(HOUSES))('the map of %s', (house, rooms) => {
  const map = readText(house.replace(/src\/$/, 'README.md'));

  it('has every room, in order', () => {
    const named = [...map.matchAll(/^\| `([\w/-]+)\/` +\|/gm)].map(([, room]) => room);
    expect(named).toEqual(rooms.filter((room) => room !== ''));
  });

  it('fits on a screen', () => {
    expect(map.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });
});

describe('the decisions', () => {
  it('are numbered without a gap, and listed', () => {
    const records = listFiles('docs/decisions').filter((path) => !path.endsWith('README.md'));
    const index = readText('docs/decisions/README.md');
    for (const [at, path] of records.toSorted().entries()) {
      const [name = ''] = path.split('/').slice(-1);
      expect(name).toMatch(new RegExp(`^${String(at + 1).padStart(3, '0')}-[a-z-]+\\.md$`));
      expect(index).toContain(`(${name})`);
    }
  });
});

describe('the list of test folders', () => {
  it('has each of them', () => {
    const folders = new Set(
      listFiles('tests').flatMap((path) => (path.split('/').length > 2 ? [path.split('/')[1]] : [])),
    );
    const listed = [...readText('tests/README.md').matchAll(/^\| `([\w-]+)\/`/gm)].map(([, name]) => name);
    expect(new Set(listed)).toEqual(folders);
  });
});
