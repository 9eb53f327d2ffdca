import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readyGateway, startIn } from '../support/cli.ts';
import { linkDependencies } from '../support/linked-project.ts';

const run = promisify(execFile);
const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const CREATE = pathOf('packages/create-dragoman-plugin/src/main.ts');
const TSC = pathOf('node_modules/typescript/bin/tsc');

interface Answered {
  readonly path: string;
  readonly body: object;
  readonly text: string;
}

interface Manifest {
  readonly scripts: { readonly dev: string };
}

/** What `npm run dev` prints, where any answer would not do. */
const FIRST_ANSWERS: Readonly<Record<string, RegExp>> = {
  protocol: /echo answered: You said: Hello\n/,
  hook: /echo failed: The request has a word that is not allowed here\./,
  'tool-format': /demo answered: Wait\. get_weather \{"city": ?"Oslo"\}\n/,
};

/** Asks in a wire that each playground has. */
const chat = (model: string, text: string, content = 'Hello', stream = false): Answered => ({
  path: '/v1/chat/completions',
  body: { model, stream, messages: [{ role: 'user', content }] },
  text,
});

describe.each<[string, readonly string[], Answered]>([
  ['http', ['--provider', 'http'], chat('demo', 'You said: Hello')],
  // Streams come in lines here; `npm run dev` asks for one.
  ['openai', ['--provider', 'openai'], chat('demo', 'the playground.', 'Hello', true)],
  ['socket', ['--provider', 'socket'], chat('demo', 'Hello from the playground.')],
  ['stdio', ['--provider', 'stdio'], chat('demo', 'You said: Hello')],
  ['protocol', ['--protocol'], { path: '/my-plugin/say', body: { model: 'echo', say: 'Hi' }, text: 'Hi' }],
  ['hook', ['--hook'], chat('echo', 'word_not_allowed', 'A unicorn?')],
  ['observer', ['--observer'], chat('echo', 'Hello')],
  ['tool-format', ['--tool-format'], chat('demo', 'Wait.')],
])('a plugin of `npm create dragoman-plugin`, of the kind %s', (kind, flags, asked) => {
  let root: string;
  let folder: string;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'dragoman-plugin-'));
    folder = join(root, 'my-plugin');
    await run(process.execPath, [CREATE, 'my-plugin', ...flags], { cwd: root });
    linkDependencies(folder);
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  // It takes long, because the linked packages are sources; the compiler sees the templates with ours, too.
  it.runIf(kind === 'http')('has types that hold, and depends on all that it imports', async () => {
    await run(process.execPath, [TSC, '-p', folder]);
  });

  it('is built, and its package can be imported', async () => {
    await run(process.execPath, [TSC, '-p', join(folder, 'tsconfig.build.json')]);
    await writeFile(join(folder, 'use.mjs'), `console.log(await import('dragoman-plugin-my-plugin'))`);
    const { stdout } = await run(process.execPath, ['use.mjs'], { cwd: folder });
    expect(stdout).toContain('myPlugin');
  });

  it('shows what it does in the first answer of `npm run dev`', async () => {
    const { scripts } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;
    const [, ...args] = scripts.dev.match(/"[^"]*"|\S+/g) ?? [];
    const command = startIn(folder, ...args.map((arg) => arg.replaceAll('"', '')), '--port', '0');
    await command.waitFor(FIRST_ANSWERS[kind] ?? /answered: ./);
    command.kill('SIGTERM');
    await command.ended;
  });

  it('answers in its playground', async () => {
    const args = ['start', '--config', 'playground/gateway.config.ts', '--port', '0'];
    const gateway = await readyGateway(startIn(folder, ...args));
    const answer = await fetch(new URL(asked.path, gateway.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(asked.body),
    });
    expect(await answer.text()).toContain(asked.text);
    gateway.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
  });
});
