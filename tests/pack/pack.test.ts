import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { install, type Installed, installPacked, ROOT, run, startPacked, TSC } from './packed.ts';

/** Packing compiles everything, and npm installs some hundred packages. */
const PATIENT = 600_000;

let installed: Installed;

beforeAll(async () => {
  installed = await installPacked();
}, PATIENT);

afterAll(() => installed?.remove());

async function emptyFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-empty-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

describe('the public API', () => {
  it('is what the reports say, which are read when it changes', async () => {
    await run(process.execPath, [join(ROOT, 'scripts/pack/api.ts'), '--check', '--built'], ROOT);
  });
});

describe('every packed package', () => {
  it('holds what a stranger needs, and nothing else', async () => {
    expect(installed.tarballs.length).toBeGreaterThan(8);
    for (const tarball of installed.tarballs) {
      const files = (await run('tar', ['-tzf', tarball], installed.folder)).trim().split('\n');
      const manifest = await run('tar', ['-xzOf', tarball, 'package/package.json'], installed.folder);
      expect(files, tarball).toContain('package/LICENSE');
      expect(files, tarball).toContain('package/README.md');
      expect(manifest, tarball).not.toMatch(/workspace:|catalog:|"private"|\.\/src\//);
      const { exports = {} } = JSON.parse(manifest) as { exports?: Record<string, { types?: string }> };
      if (exports['.']) expect(exports['.'].types, tarball).toBe('./dist/index.d.ts');
      const odd = files.filter((name) => /\.test\.|\/src\//.test(name) && !/\/templates?\//.test(name));
      expect(odd, tarball).toEqual([]);
    }
  });
});

const config = (option: string): string => `
  import { echo } from '@dragoman/plugin-echo';
  import { openai } from '@dragoman/plugin-openai';
  import { defineConfig } from 'dragoman';

  export default defineConfig({
    plugins: [openai(), echo()],
    upstreams: [
      { id: 'echo', provider: 'echo' },
      { id: 'other', provider: 'openai', options: { apiKey: process.env['KEY'] ?? 'none', ${option}: 'http://127.0.0.1:1/v1' } },
    ],
  });
`;

describe('a config file of a stranger', () => {
  it('is checked with the defaults of `tsc --init`, down to the options', async () => {
    const { folder } = installed;
    await run(TSC, ['--init'], folder);
    await writeFile(join(folder, 'gateway.config.ts'), config('baseUlr'));
    await expect(run(TSC, ['--noEmit'], folder)).rejects.toThrow(
      /'baseUlr'.*Did you mean to write 'baseUrl'\?/s,
    );
    await writeFile(join(folder, 'gateway.config.ts'), config('baseUrl'));
    expect(await run(TSC, ['--noEmit'], folder)).toBe('');
  });
});

describe('the command in an empty folder', () => {
  it('writes a config file, starts, answers, and serves the console', async () => {
    const folder = await emptyFolder();
    const gateway = await startPacked(installed, folder);
    onTestFinished(() => gateway.stop());
    expect(gateway.output()).toContain('Wrote gateway.config.ts.');
    expect(gateway.output()).toContain('Dragoman is ready.');
    expect(await readdir(folder)).toEqual(['data', 'gateway.config.ts']);

    const { baseUrl, key } = gateway;
    const answer = await fetch(`${baseUrl}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'Hello, stranger.' }] }),
    });
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('Hello, stranger.');
    const page = await fetch(new URL('/console/', baseUrl));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain('<title>');
  });

  it('takes the config file that is there, also in plain JavaScript', async () => {
    const folder = await emptyFolder();
    const text = `
      import { echo } from '@dragoman/plugin-echo';
      import { openai } from '@dragoman/plugin-openai';
      export default { plugins: [openai(), echo()], upstreams: [{ id: 'mine', provider: 'echo' }] };
    `;
    await writeFile(join(folder, 'gateway.config.mjs'), text);
    const gateway = await startPacked(installed, folder);
    onTestFinished(() => gateway.stop());
    expect(gateway.output()).not.toContain('Wrote');
    expect(await readFile(join(folder, 'gateway.config.mjs'), 'utf8')).toBe(text);
  });

  it('writes a module where `npm init` made a package of another kind', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'package.json'), '{ "name": "mine", "type": "commonjs" }');
    const gateway = await startPacked(installed, folder);
    onTestFinished(() => gateway.stop());
    expect(gateway.output()).toContain('Wrote gateway.config.mts.');
  });
});

describe('a plugin that a stranger starts from the packed scaffold', () => {
  it(
    'passes its contract, is built, and answers',
    async () => {
      const root = await emptyFolder();
      const folder = join(root, 'my-upstream');
      await run(join(installed.folder, 'node_modules/.bin/create-dragoman-plugin'), ['my-upstream'], root);
      // From the registry once the packages are there; the tarballs stand for them.
      await install(folder, installed.tarballs);
      await run('npm', ['run', 'check'], folder);
      expect(await run('npm', ['test'], folder)).toMatch(/Tests +\d+ passed/);
      await run('npm', ['run', 'build'], folder);
      const gateway = await startPacked({ folder }, folder, [
        'start',
        '--config',
        'playground/gateway.config.ts',
      ]);
      onTestFinished(() => gateway.stop());
      const answer = await fetch(`${gateway.baseUrl}/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'demo', messages: [{ role: 'user', content: 'Hello.' }] }),
      });
      expect(await answer.text()).toContain('You said: Hello.');
    },
    PATIENT,
  );
});

describe('a project that a stranger starts from the packed scaffold', () => {
  it(
    'is checked, and starts',
    async () => {
      const root = await emptyFolder();
      const folder = join(root, 'gateway');
      await run(join(installed.folder, 'node_modules/.bin/create-dragoman'), ['gateway'], root);
      await install(folder, installed.tarballs);
      await run('npm', ['run', 'check'], folder);
      const gateway = await startPacked({ folder }, folder, ['start']);
      onTestFinished(() => gateway.stop());
      expect(gateway.output()).toContain('Dragoman is ready.');
    },
    PATIENT,
  );
});
