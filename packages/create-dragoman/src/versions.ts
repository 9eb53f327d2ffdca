import { readFileSync } from 'node:fs';

const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly version: string;
};

/** Ours are released together. */
const OURS = `^${manifest.version}`;

/** What new projects take from others. A test compares it with what the gateway itself uses. */
export const RANGES: Readonly<Record<string, string>> = {
  '@types/node': '^24.0.0',
  typescript: '^7.0.2',
  vitest: '^5.1.1',
  zod: '^4.6.7',
};

/** The packages with their ranges, as a `package.json` has them. */
export function withRanges(names: Iterable<string>): Readonly<Record<string, string>> {
  const sorted = [...new Set(names)].toSorted();
  return Object.fromEntries(sorted.map((name) => [name, RANGES[name] ?? OURS]));
}

/** The packages that sources import. */
export function packagesOf(sources: Iterable<string>): readonly string[] {
  const specifiers = [...sources].flatMap((text) =>
    [...text.matchAll(/^(?:import|export) [^;]*?from '([^'.][^']*)'/gm)].map(([, name = '']) => name),
  );
  return specifiers
    .filter((name) => !name.startsWith('node:'))
    .map((name) => (/^(?:@[^/]+\/)?[^/]+/.exec(name) ?? [''])[0]);
}
