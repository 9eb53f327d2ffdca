import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LoadInput } from './load.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman config '));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  /** What was loaded, without the plugins' code. */
  readonly config?: Record<string, unknown>;
  /** The message of the `ConfigError`. */
  readonly problem?: string;
}

/** Loads in a process of its own: only Node itself loads a config file as a user's gateway does. */
async function load(input: LoadInput = {}, env: Record<string, string> = {}): Promise<Outcome> {
  const script = `
    const { loadConfig } = await import(${JSON.stringify(new URL('load.ts', import.meta.url).href)});
    const { ConfigError } = await import(${JSON.stringify(new URL('../validation/config-error.ts', import.meta.url).href)});
    const outcome = await loadConfig(${JSON.stringify(input)}).then(
      (config) => ({ config: { ...config, plugins: config.plugins.map(({ name }) => name) } }),
      (error) => error instanceof ConfigError ? { problem: error.message } : { unexpected: error.stack },
    );
    process.stdout.write(JSON.stringify(outcome));`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  return JSON.parse(stdout) as Outcome;
}

const write = (name: string, text: string): Promise<void> => writeFile(join(folder, name), text);

const VALID = `
  interface Named { readonly name: string }
  const plugin: Named = { name: process.env.PLUGIN ?? 'plain' };
  export default { plugins: [plugin], server: { port: 1 } };`;

describe('loadConfig', () => {
  it('loads gateway.config.ts of the working directory, written in TypeScript', async () => {
    await write('gateway.config.ts', VALID);
    const { config } = await load();
    expect(config).toMatchObject({
      file: join(folder, 'gateway.config.ts'),
      plugins: ['plain'],
      data: join(folder, 'data'),
      log: { format: 'json' },
    });
  });

  it('prefers the file that is named, by a flag before the environment', async () => {
    await write('a.ts', VALID);
    await write('b.ts', VALID);
    const env = { DRAGOMAN_CONFIG: 'a.ts' };
    expect((await load({}, env)).config?.['file']).toBe(join(folder, 'a.ts'));
    expect((await load({ file: 'b.ts' }, env)).config?.['file']).toBe(join(folder, 'b.ts'));
  });

  it('reads .env beside the file first, which loses against the real environment', async () => {
    await write('gateway.config.ts', VALID);
    await write('.env', 'PLUGIN=from-dot-env\nDRAGOMAN_PORT=2\nDRAGOMAN_HOST="::1"\n');
    const { config } = await load({}, { DRAGOMAN_PORT: '3' });
    expect(config).toMatchObject({ plugins: ['from-dot-env'], server: { port: 3, host: '::1' } });
    expect((await load({}, { PLUGIN: 'real' })).config).toMatchObject({ plugins: ['real'] });
  });

  it('lets flags win over the environment, and the environment over the file', async () => {
    await write('gateway.config.ts', VALID);
    expect((await load()).config).toMatchObject({ server: { port: 1 } });
    expect((await load({}, { DRAGOMAN_PORT: '2' })).config).toMatchObject({ server: { port: 2 } });
    const { config } = await load({ flags: { port: 3, data: 'here' } }, { DRAGOMAN_PORT: '2' });
    expect(config).toMatchObject({ server: { port: 3 }, data: join(folder, 'here') });
  });

  it('tells problems of the environment and of the file together', async () => {
    await write('gateway.config.ts', 'export default { plugins: 1 }');
    const { problem } = await load({}, { DRAGOMAN_PORT: 'x', DRAGOMAN_SECRET: 'hunter2' });
    expect(problem?.split('\n')).toEqual([
      `Invalid configuration (${join(folder, 'gateway.config.ts')}):`,
      '  DRAGOMAN_PORT: expected an integer from 0 to 65535',
      '  DRAGOMAN_SECRET: expected at least 16 characters',
      '  plugins: expected a list, found 1',
    ]);
  });

  it('says where it looked for a file that is not there', async () => {
    const { problem } = await load();
    expect(problem).toContain(join(folder, 'gateway.config.ts'));
    expect(problem).toContain('the file does not exist; name one with --config, or let `dragoman` write one');
  });

  it.each([
    [
      'a syntax error',
      "const key = 'sk-live';\nexport default { plugins: [ };",
      /Expression expected \(line 2\)/,
    ],
    [
      'TypeScript that Node cannot strip',
      'enum Level { Low }\nexport default {};',
      /enum is not supported.*\(line 1\)/,
    ],
    ['an error of its own', '\n\nthrow new Error("no luck");', /cannot be loaded: no luck \(line 3\)/],
    [
      'a package that is missing',
      'import "nowhere-to-be-found";\nexport default {};',
      /Cannot find package 'nowhere-to-be-found'/,
    ],
    ['no default export', 'export const config = {};', /expected `export default defineConfig\(\{ … \}\)`/],
  ])('explains a file with %s', async (_, text, expected) => {
    await write('gateway.config.ts', text);
    const { problem } = await load();
    expect(problem).toMatch(expected);
    expect(problem).not.toContain('sk-live');
  });

  it('gives up a file that never finishes', async () => {
    await writeFile(join(folder, 'gateway.config.ts'), 'await new Promise(() => {}); export default {};');
    const { problem } = await load({ timeoutMs: 50 });
    expect(problem).toMatch(/cannot be loaded: it did not load within 50 ms/);
  });
});
