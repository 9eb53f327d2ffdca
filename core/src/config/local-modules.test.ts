import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman modules '));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A path as an import has it; of a file that is not in this repository. */
const at = (path: string): string => JSON.stringify(path);
const url = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);

/** What a load gave: the names of the plugins, or what was wrong. */
interface Load {
  readonly plugins?: readonly string[];
  readonly problem?: string;
  readonly files: readonly string[];
  readonly replaced: number;
}

type Files = Readonly<Record<string, string>>;

async function write(files: Files): Promise<void> {
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), text);
  }
}

/**
 * Loads the config once at first and once after each edit, all in one process: only Node itself loads modules as a
 * user's gateway does.
 */
async function loads(files: Files, ...edits: readonly Files[]): Promise<readonly Load[]> {
  await write(files);
  const script = `
    const { writeFileSync } = await import('node:fs');
    const { relative } = await import('node:path');
    const { loadConfig } = await import(${url('load.ts')});
    const { localModules, countReplaced } = await import(${url('local-modules.ts')});
    const file = process.cwd() + '/gateway.config.ts';
    for (const edit of ${JSON.stringify([{}, ...edits])}) {
      for (const [name, text] of Object.entries(edit)) writeFileSync(name, text);
      const load = await loadConfig().then(
        ({ plugins }) => ({ plugins: plugins.map(({ name }) => name) }),
        (error) => ({ problem: error.message }),
      );
      const files = localModules(file).files().map((path) => relative(process.cwd(), path)).toSorted();
      console.log(JSON.stringify({ ...load, files, replaced: countReplaced() }));
    }`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '' },
  });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Load);
}

const CONFIG = `
  import { one } from ${at('./plugins/one.ts')};
  import { two } from ${at('./plugins/two.ts')};
  export default { plugins: [one, two] };`;
/** Its name tells which of its versions was loaded, and how often a version was. */
const plugin = (name: string, text = ''): string => `
  ${text}
  globalThis.loads = (globalThis.loads ?? 0) + 1;
  export const ${name} = { name: '${name}' + suffix + ' ' + globalThis.loads };`;
const START: Files = {
  'gateway.config.ts': CONFIG,
  'plugins/one.ts': plugin('one', `import { suffix } from ${at('../lib/suffix.ts')};`),
  'plugins/two.ts': plugin('two', `const suffix: string = '';`),
  'lib/suffix.ts': `export const suffix = '-old';`,
};

describe('the files that a config imports', () => {
  it('are reloaded if they or what they import has changed, and stay the same objects otherwise', async () => {
    const [first, second, third] = await loads(
      START,
      { 'lib/suffix.ts': `export const suffix = '-new';` },
      {},
    );
    expect(first?.plugins).toEqual(['one-old 1', 'two 2']);
    expect(second?.plugins).toEqual(['one-new 3', 'two 2']);
    expect(third?.plugins).toEqual(['one-new 3', 'two 2']);
  });

  it('are known, also where they are broken, and those that are gone are not', async () => {
    const all = ['gateway.config.ts', 'lib/suffix.ts', 'plugins/one.ts', 'plugins/two.ts'];
    const [first, broken, mended] = await loads(
      START,
      { 'plugins/one.ts': 'export const = 1;' },
      {
        'plugins/one.ts': plugin('one', `import { suffix } from ${at('./three.ts')};`),
        'plugins/three.ts': `export const suffix = '!';`,
      },
    );
    expect(first?.files).toEqual(all);
    expect(broken?.problem).toMatch(/cannot be loaded/);
    expect(broken?.problem).toContain('plugins/one.ts');
    expect(broken?.files).toEqual(all);
    expect(mended?.plugins?.[0]).toMatch(/^one! /);
    expect(mended?.files).toEqual([
      'gateway.config.ts',
      'plugins/one.ts',
      'plugins/three.ts',
      'plugins/two.ts',
    ]);
  });

  it('are tried again after one has thrown, though none has changed', async () => {
    const [first, second] = await loads(
      {
        ...START,
        'plugins/two.ts': `
        globalThis.tries = (globalThis.tries ?? 0) + 1;
        if (globalThis.tries < 2) throw new Error('not yet');
        export const two = { name: 'two' };`,
      },
      {},
    );
    expect(first?.problem).toContain('not yet');
    expect(second?.plugins).toContain('two');
  });

  it('may be missing at first', async () => {
    const { 'lib/suffix.ts': missing = '', ...rest } = START;
    await mkdir(join(folder, 'lib'));
    const [first, second] = await loads(rest, { 'lib/suffix.ts': missing });
    expect(first?.problem).toContain('suffix.ts');
    expect(first?.files).toContain('lib/suffix.ts');
    expect(second?.plugins?.[0]).toMatch(/^one-old/);
  });

  it('may be CommonJS, and may import each other', async () => {
    const [first, second] = await loads(
      {
        'gateway.config.ts': `
          import one from ${at('./one.cjs')};
          import { two } from ${at('./two.ts')};
          export const suffix = '-a';
          export default { plugins: [one, two()] };`,
        'one.cjs': `module.exports = { name: 'one' };`,
        'two.ts': `
          import { suffix } from ${at('./gateway.config.ts')};
          export const two = () => ({ name: 'two' + suffix });`,
      },
      { 'one.cjs': `module.exports = { name: 'uno' };` },
    );
    expect(first?.plugins).toEqual(['one', 'two-a']);
    expect(second?.plugins).toEqual(['uno', 'two-a']);
  });

  it('read the environment again when .env has changed', async () => {
    const [first, second] = await loads(
      {
        ...START,
        '.env': 'SUFFIX=-a',
        'lib/suffix.ts': `export const suffix: string = process.env['SUFFIX'] ?? '';`,
      },
      { '.env': 'SUFFIX=-b' },
    );
    expect(first?.plugins?.[0]).toMatch(/^one-a/);
    expect(second?.plugins?.[0]).toMatch(/^one-b/);
  });

  it('are counted when Node keeps their old versions', async () => {
    const all = await loads(START, { 'lib/suffix.ts': `export const suffix = '-new';` }, {});
    // The config file, the plugin and what it imports; then the config file alone.
    expect(all.map(({ replaced }) => replaced)).toEqual([0, 3, 4]);
  });

  it('are not those of installed packages', async () => {
    await write({
      'node_modules/pack/package.json': '{"name":"pack","type":"module","exports":"./index.js"}',
      'node_modules/pack/index.js': `export { name } from ${at('./name.js')};`,
      'node_modules/pack/name.js': `export const name = 'packed';`,
    });
    const [first, second] = await loads(
      { 'gateway.config.ts': `import { name } from 'pack'; export default { plugins: [{ name }] };` },
      { 'node_modules/pack/name.js': `export const name = 'changed';` },
    );
    expect(first).toMatchObject({ plugins: ['packed'], files: ['gateway.config.ts'] });
    expect(second?.plugins).toEqual(['packed']);
  });
});
