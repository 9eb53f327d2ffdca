import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const ranges = z.record(z.string(), z.string()).default({});

/** What is read of a plugin's `package.json`. */
const schema = z.looseObject({
  name: z.string().min(1),
  version: z.string().default(''),
  private: z.boolean().default(false),
  license: z.string().optional(),
  type: z.string().optional(),
  exports: z.unknown(),
  dependencies: ranges,
  peerDependencies: ranges,
});

export type PluginManifest = Readonly<z.output<typeof schema>>;

export async function readManifest(folder: string): Promise<PluginManifest> {
  return schema.parse(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')));
}

/** The gateway provides them; a second copy would be a different module. */
const SHARED = /^(?:@dragoman\/.+|dragoman|zod)$/;

/** What is wrong with a manifest, each as a sentence. */
export function manifestProblems(manifest: PluginManifest, files: readonly string[]): readonly string[] {
  const { version, license, peerDependencies, dependencies } = manifest;
  const problems: string[] = [];
  const expect = (isRight: boolean, problem: string): void => void (isRight || problems.push(problem));
  expect(version !== '', 'package.json has no version.');
  expect(!manifest.private, 'package.json says "private": true, so npm refuses to publish it.');
  expect(license !== undefined, 'package.json has no license.');
  expect(manifest.type === 'module', 'package.json must say "type": "module".');
  expect('@dragoman/plugin' in peerDependencies, '@dragoman/plugin must be one of the peerDependencies.');
  for (const name of Object.keys(dependencies).filter((one) => SHARED.test(one)))
    expect(
      false,
      `${name} must be a peer dependency: the gateway brings it, and two copies do not know each other.`,
    );
  const { types, default: main } = entryOf(manifest.exports);
  for (const [what, path] of [
    ['types', types],
    ['default', main],
  ] as const) {
    if (path === undefined) expect(false, `exports["."] of package.json has no "${what}".`);
    else
      expect(files.includes(path.replace(/^\.\//, '')), `exports["."] names ${path}, which is not packed.`);
  }
  expect(
    main === undefined || /\.m?js$/.test(main),
    'Node runs no TypeScript below node_modules: export compiled .js.',
  );
  return problems;
}

interface Entry {
  readonly types?: string;
  readonly default?: string;
}

function entryOf(exports: unknown): Entry {
  if (typeof exports === 'string') return { default: exports };
  const main = (exports as Record<string, unknown> | undefined)?.['.'] ?? exports;
  if (typeof main === 'string') return { default: main };
  const { types, default: fallback, import: esm } = (main ?? {}) as Record<string, unknown>;
  const file = fallback ?? esm;
  return {
    ...(typeof types === 'string' && { types }),
    ...(typeof file === 'string' && { default: file }),
  };
}
