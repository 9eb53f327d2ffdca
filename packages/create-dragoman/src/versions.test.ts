import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { packagesOf, RANGES, withRanges } from './versions.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

it('gives new projects the versions that the gateway is tested with', () => {
  const catalog = read('../../../pnpm-workspace.yaml');
  for (const [name, range] of Object.entries(RANGES)) {
    const [, pinned = ''] = new RegExp(`^ {2}'?${name}'?: (.+)$`, 'm').exec(catalog) ?? [];
    expect(range, name).toBe(`^${pinned.replace('^', '')}`);
  }
});

it('takes packages of ours in the version of its own', () => {
  const { version } = JSON.parse(read('../package.json')) as { readonly version: string };
  expect(withRanges(['zod', 'dragoman', 'dragoman'])).toEqual({
    dragoman: `^${version}`,
    zod: RANGES['zod'],
  });
});

it('finds the packages that sources import, and neither files nor parts of Node', () => {
  const text = `
import { readFile } from 'node:fs';
import { a } from './versions.ts';
import {
  b,
} from '@scope/b/part';
import type { C } from 'c';
`;
  expect(packagesOf([text])).toEqual(['@scope/b', 'c']);
});
