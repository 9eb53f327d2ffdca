import { hash } from 'node:crypto';
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readText } from './workspace.ts';

interface Lock {
  readonly packages: Readonly<Record<string, { readonly version?: string; readonly integrity?: string }>>;
}

const manifest = JSON.parse(readText('package.json')) as {
  readonly packageManager: string;
  readonly optionalDependencies: Readonly<Record<string, string>>;
};
const lock = JSON.parse(readText('scripts/pnpm/package-lock.json')) as Lock;
const digests = JSON.parse(readText('scripts/node-digests.json')) as Record<string, Record<string, string>>;

describe('the package manager', () => {
  it('is pinned by a hash of its own, and by those of its binaries in the same version', () => {
    const [, version] = /^pnpm@([\d.]+)\+sha512\.[0-9a-f]{128}$/.exec(manifest.packageManager) ?? [];
    const { '': root, ...binaries } = lock.packages;
    expect(root).toBeDefined();
    expect(Object.keys(binaries).toSorted()).toEqual([
      'node_modules/@pnpm/exe.linux-arm64',
      'node_modules/@pnpm/exe.linux-x64',
    ]);
    for (const one of Object.values(binaries)) {
      expect(one).toMatchObject({ version, integrity: expect.stringMatching(/^sha512-/) as string });
    }
  });

  it('is locked without the name of a registry', () => {
    expect(readText('scripts/pnpm/package-lock.json')).not.toMatch(/https?:\/\/|resolved/);
  });
});

describe('the Node that is installed along', () => {
  it('has a pinned hash on every system that it is installed on', () => {
    for (const [name, version] of Object.entries(manifest.optionalDependencies)) {
      expect(digests[version]?.[name.replace('node-', '')], name).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('is the pinned file here', () => {
    const path = realpathSync(fileURLToPath(new URL('../../node_modules/.bin/node', import.meta.url)));
    const known = Object.values(digests).flatMap((systems) => Object.values(systems));
    expect(known).toContain(hash('sha256', readFileSync(path)));
  });
});

describe('every package of the lockfile', () => {
  it('has a hash', () => {
    const resolutions = readText('pnpm-lock.yaml').match(/resolution: .*/g) ?? [];
    expect(resolutions.length).toBeGreaterThan(300);
    expect(resolutions.filter((line) => !/\{integrity: sha512-[\w+/]+=*\}/.test(line))).toEqual([]);
  });
});
