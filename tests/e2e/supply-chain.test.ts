import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** What the scripts need from elsewhere. */
const NEEDED = ['core/src/cli/progress.mjs', 'packages/dragoman/bin/become.mjs'];

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-supply-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const run = (root: string, ...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'scripts/run.mjs'), ...args], { cwd: root });

interface Sbom {
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly components: readonly {
    readonly purl: string;
    readonly externalReferences?: readonly { readonly hashes?: readonly { readonly content: string }[] }[];
  }[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

describe('npm run sbom', () => {
  it('lists every locked package with its hash, the same each time', { timeout: 120_000 }, async () => {
    const files = ['one.json', 'two.json'].map((name) => join(folder, name));
    const texts: string[] = [];
    for (const file of files) {
      await run(ROOT, 'sbom', file);
      texts.push(await readFile(file, 'utf8'));
    }
    expect(texts[0]).toBe(texts[1]);
    const sbom = JSON.parse(texts[0] ?? '') as Sbom;
    expect(sbom).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.6' });
    const hashes = new Map(
      sbom.components.map(({ purl, externalReferences }) => [
        purl,
        externalReferences?.[0]?.hashes?.[0]?.content,
      ]),
    );
    const lockfile = await readFile(join(ROOT, 'pnpm-lock.yaml'), 'utf8');
    const locked = [
      ...lockfile.matchAll(
        /^ {2}'?((?:@[^@/]+\/)?[^@'\s]+)@([^':\s]+)'?:\n {4}resolution: \{integrity: sha512-([^}]+)\}/gm,
      ),
    ];
    expect(locked.length).toBeGreaterThan(300);
    for (const [, name = '', version = '', integrity = ''] of locked) {
      const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
      expect(hashes.get(purl), purl).toBe(Buffer.from(integrity, 'base64').toString('hex'));
    }
    const refs = new Set([...hashes.keys(), ...sbom.dependencies.map(({ ref }) => ref)]);
    expect(sbom.dependencies.flatMap(({ dependsOn }) => dependsOn).filter((ref) => !refs.has(ref))).toEqual(
      [],
    );
    const core = sbom.dependencies.find(({ ref }) => ref.startsWith('pkg:npm/%40dragoman/core@'));
    expect(core?.dependsOn.some((ref) => ref.startsWith('pkg:npm/koa@'))).toBe(true);
  });
});

describe('a package manager that is not the pinned one', () => {
  it('is not run', { timeout: 120_000 }, async () => {
    await cp(join(ROOT, 'scripts'), join(folder, 'scripts'), { recursive: true });
    for (const path of NEEDED) await cp(join(ROOT, path), join(folder, path));
    await cp(join(ROOT, 'package.json'), join(folder, 'package.json'));
    const file = join(folder, 'scripts/pnpm/package-lock.json');
    const text = await readFile(file, 'utf8');
    await writeFile(
      file,
      text.replaceAll(/sha512-./g, (found) => (found.endsWith('A') ? 'sha512-B' : 'sha512-A')),
    );
    await expect(run(folder, 'sbom')).rejects.toMatchObject({
      stderr: expect.stringMatching(/its hash is wrong|EINTEGRITY/) as string,
    });
  });
});
