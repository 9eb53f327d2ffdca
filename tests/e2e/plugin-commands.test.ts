import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pluginFiles } from '../../packages/create-dragoman-plugin/src/plugin.ts';
import { createFolder } from '../../packages/create-dragoman/src/create-folder.ts';
import { type CommandResult, type RunningCommand, startIn } from '../support/cli.ts';
import { linkDependencies } from '../support/linked-project.ts';

const TSC = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));

let folder: string;
let running: RunningCommand | undefined;
beforeEach(async () => {
  folder = join(await mkdtemp(join(tmpdir(), 'dragoman-plugin-')), 'my-plugin');
  createFolder(folder, (name) => pluginFiles(name, 'http'));
  linkDependencies(folder);
  // As npm links the commands of what it installs.
  await mkdir(join(folder, 'node_modules/.bin'));
  const tsc = join(folder, 'node_modules/.bin/tsc');
  await writeFile(tsc, `#!/bin/sh\nexec '${process.execPath}' '${TSC}' "$@"\n`);
  await chmod(tsc, 0o755);
});
afterEach(async () => {
  running?.kill('SIGTERM');
  await running?.ended;
  running = undefined;
  await rm(join(folder, '..'), { recursive: true, force: true });
});

async function edit(file: string, change: (text: string) => string): Promise<void> {
  const path = join(folder, file);
  const text = await readFile(path, 'utf8');
  expect(change(text)).not.toBe(text);
  await writeFile(path, change(text));
}

describe('dragoman plugin dev', () => {
  const dev = (...args: readonly string[]): RunningCommand =>
    (running = startIn(folder, 'plugin', 'dev', '--port', '0', '--ask', 'Hello', ...args));

  it('asks a first question, and again with the new code after an edit', async () => {
    const command = dev();
    await command.waitFor(/demo answered: You said: Hello\n/);
    await edit('src/index.ts', (text) => text.replace("prompt.join('\\n')", "'Ahoy'"));
    const output = await command.waitFor(/demo answered: You said: Ahoy\n/);
    expect(output).toContain('src/index.ts has changed');
  });

  it('can be asked by other commands, which end although the playground has a mock', async () => {
    await dev().waitFor(/answered/);
    const config = ['--config', 'playground/gateway.config.ts'];
    const traces = await startIn(folder, 'traces', 'list', ...config).ended;
    expect(traces).toMatchObject({ code: 0, stdout: expect.stringContaining('demo') });
    expect((await startIn(folder, 'doctor', ...config).ended).stdout).toContain('my-plugin');
  });

  it('waits for a correction when the gateway cannot start', async () => {
    const command = dev();
    await command.waitFor(/answered/);
    await edit('src/index.ts', (text) => `${text}\nexport const = 1;\n`);
    await command.waitFor(/The gateway has ended/);
    await edit('src/index.ts', (text) => text.replace('\nexport const = 1;\n', ''));
    await command.waitFor(/answered[^]*answered/);
  });

  it('warns of every grammar fault', async () => {
    await edit('src/index.ts', (text) => text.replace("yield { type: 'block-end', index: 0 };", ''));
    await edit('src/index.ts', (text) =>
      text.replace("type: 'finish', reason: 'stop'", "type: 'finish', reason: 'done' as 'stop'"),
    );
    await dev().waitFor(/(?:The provider emitted invalid events[^]*){2}/);
  });

  it('says what is missing outside of a plugin', async () => {
    running = startIn(join(folder, 'src'), 'plugin', 'dev');
    expect(await running.ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('Run this in the folder of a plugin'),
    });
  });
});

describe('dragoman plugin check', () => {
  const check = (...args: readonly string[]): Promise<CommandResult> => {
    running = startIn(folder, 'plugin', 'check', ...args);
    return running.ended;
  };

  it('passes a new plugin, with its contract run against the tarball', async () => {
    const { code, stdout, stderr } = await check();
    expect(stderr).toBe('');
    expect(stdout).toContain('myPlugin: plugin my-plugin with providers my-plugin.');
    expect(stdout).toContain('dragoman-plugin-my-plugin 0.1.0 can be published');
    expect(code).toBe(0);
  });

  it('names everything that is wrong', async () => {
    await edit('package.json', (text) =>
      text
        .replace('"files": [', '"files": [\n    ".env",')
        .replace('"license": "MIT",', '')
        .replace('./dist/index.d.ts', './dist/types.d.ts')
        .replace('"peerDependencies"', '"dependencies"'),
    );
    await edit('src/index.ts', (text) => text.replace(' meta,', ''));
    await writeFile(join(folder, '.env'), 'KEY=sk-abcdefghijklmnopqrstuvwxyz');
    const { code, stdout, stderr } = await check('--no-contract');
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'dragoman-plugin-my-plugin should not be published like this.\n',
    });
    expect(stdout.trimEnd().split('\n')).toEqual([
      'myPlugin: plugin my-plugin with providers my-plugin.',
      '- package.json has no license.',
      '- @dragoman/plugin must be one of the peerDependencies.',
      '- @dragoman/plugin must be a peer dependency: the gateway brings it, and two copies do not know each other.',
      '- zod must be a peer dependency: the gateway brings it, and two copies do not know each other.',
      '- exports["."] names ./dist/types.d.ts, which is not packed.',
      '- .env is packed, but may hold secrets. List what is packed in "files".',
      '- .env holds what looks like a key.',
      '- myPlugin: it does not say what it was written for. Add `meta: { version: packageVersion(import.meta.url), apiVersion: 1 }`.',
    ]);
  });

  it('runs the contract against what is packed', async () => {
    await edit('src/index.ts', (text) => text.replace("reason: 'stop'", "reason: 'max-tokens'"));
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain('does not keep its contract');
  });

  it('says why a package cannot be imported', async () => {
    await edit('src/index.ts', (text) => `${text}\nthrow new Error('no luck');\n`);
    const { code, stdout } = await check();
    expect(code).toBe(1);
    expect(stdout).toContain('dragoman-plugin-my-plugin cannot be imported: Error: no luck');
  });
});

describe('dragoman plugins add', () => {
  const CONFIG = `import { echo } from '@dragoman/plugin-echo';\n\nexport default {\n  plugins: [echo()],\n};\n`;

  /** A project that has the plugin beside it. */
  async function project(config: string, source: string): Promise<string> {
    const place = join(folder, '..', 'project');
    const home = join(place, 'node_modules/dragoman-plugin-acme');
    await mkdir(home, { recursive: true });
    await writeFile(join(place, 'package.json'), '{"type":"module"}');
    await writeFile(join(place, 'gateway.config.ts'), config);
    await writeFile(join(home, 'package.json'), '{"type":"module","exports":"./index.js"}');
    await writeFile(join(home, 'index.js'), source);
    return place;
  }
  const add = (place: string, ...args: readonly string[]): Promise<CommandResult> => {
    running = startIn(place, 'plugins', 'add', 'dragoman-plugin-acme@1.2.3', '--no-install', ...args);
    return running.ended;
  };
  const configOf = (place: string): Promise<string> => readFile(join(place, 'gateway.config.ts'), 'utf8');

  it('writes the import and the call into the config file', async () => {
    const place = await project(CONFIG, `export const acme = () => ({ name: 'acme' });`);
    const { code, stdout } = await add(place);
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: 'Added acme() of dragoman-plugin-acme to gateway.config.ts.\n',
    });
    expect(await configOf(place)).toContain(`import { acme } from 'dragoman-plugin-acme';\n`);
    expect(await configOf(place)).toContain('plugins: [echo(), acme()]');
    expect(await readdir(place)).toEqual(['gateway.config.ts', 'node_modules', 'package.json']);
  });

  it('says what to write where it cannot', async () => {
    const config = CONFIG.replace('[echo()]', 'allPlugins()');
    const place = await project(config, `export const acme = () => ({ name: 'acme' });`);
    const { code, stderr } = await add(place);
    expect(code).toBe(1);
    expect(stderr).toContain(`import { acme } from 'dragoman-plugin-acme'; and acme() in plugins.`);
    expect(await configOf(place)).toBe(config);
  });

  it('asks which export it is', async () => {
    const place = await project(CONFIG, 'export const acme = () => {}; export const helper = () => {};');
    expect(await add(place)).toMatchObject({ code: 1, stderr: expect.stringContaining('acme, helper') });
    expect(await add(place, '--factory', 'acme')).toMatchObject({ code: 0 });
  });
});
