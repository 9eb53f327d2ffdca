import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../scripts/dev/main.ts', import.meta.url));
const from = (name: string): string => JSON.stringify(import.meta.resolve(name));

const PLUGIN = 'plugin.ts';

const CONFIG = `
  import { openai } from ${from('@dragoman/plugin-openai')};
  import { word } from ${JSON.stringify(`./${PLUGIN}`)};
  export default {
    plugins: [openai(), { name: 'words', providers: [word] }],
    upstreams: [{ id: 'word', provider: 'word', models: { list: ['m'] } }],
    log: { level: 'error' },
  };
`;

const plugin = (word: string): string => `
  import { defineProvider } from ${from('@dragoman/plugin')};
  import { z } from ${from('zod')};
  export const word = defineProvider({
    name: 'word',
    title: 'Word',
    description: 'Says one word.',
    options: z.strictObject({}),
    create: () => ({
      async *chat({ model }) {
        yield { type: 'start', id: 'reply', model };
        yield { type: 'block-start', index: 0, block: { type: 'text' } };
        yield { type: 'block-delta', index: 0, delta: ${JSON.stringify(word)} };
        yield { type: 'block-end', index: 0 };
        yield { type: 'finish', reason: 'stop' };
      },
    }),
  });
`;

/** A busy machine is no fault. */

let folder: string;
let dev: ChildProcess;
let printed: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-dev-'));
  await writeFile(join(folder, 'gateway.config.ts'), CONFIG);
  await save(plugin('one'));
  printed = '';
  const flags = ['--port', '0', '--no-auth', '--no-console'];
  const files = ['--config', join(folder, 'gateway.config.ts'), '--data', join(folder, 'data')];
  dev = spawn(process.execPath, [MAIN, ...flags, ...files], { cwd: folder });
  for (const output of [dev.stdout, dev.stderr])
    output?.setEncoding('utf8').on('data', (text: string) => (printed += text));
});
afterEach(async () => {
  if (dev.exitCode === null && dev.signalCode === null) {
    const ended = once(dev, 'exit');
    dev.kill('SIGINT');
    await ended;
  }
  await rm(folder, { recursive: true, force: true });
});

/** As many editors do: another file in its place. */
async function save(text: string): Promise<void> {
  await writeFile(join(folder, 'plugin.new'), text);
  await rename(join(folder, 'plugin.new'), join(folder, PLUGIN));
}

/** What was printed last after a label of the banner. */
const told = (label: string): string =>
  [...printed.matchAll(new RegExp(`${label} +(\\S+)`, 'g'))].at(-1)?.[1] ?? '';

async function ask(): Promise<string> {
  const response = await fetch(`${told('Base URL')}/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'Hello' }] }),
  });
  if (!response.ok) return `${response.status} ${await response.text()}`;
  const reply = (await response.json()) as {
    readonly choices: readonly { readonly message: { readonly content: string } }[];
  };
  return reply.choices[0]?.message.content ?? '';
}

async function signIn(): Promise<Record<string, string>> {
  const [link = '', token] = told('Sign in').split('#token=');
  const headers = { 'content-type': 'application/json', 'x-dragoman-csrf': '1' };
  const body = JSON.stringify({ token });
  const response = await fetch(new URL('/admin/api/v1/session', link), { method: 'POST', headers, body });
  return { cookie: response.headers.getSetCookie()[0]?.split(';')[0] ?? '' };
}

describe('npm run dev', () => {
  it('has an edit of a plugin live at the same address, survives a broken one, and leaves nothing behind', async () => {
    await expect.poll(() => told('Data')).toBe(join(folder, 'data'));
    expect(await ask()).toBe('one');
    const headers = await signIn();

    await save(plugin('two'));
    await expect.poll(ask).toBe('two');
    const session = new URL('/admin/api/v1/session', told('Base URL'));
    expect((await fetch(session, { headers })).status).toBe(200);

    await save('export const word = nothing;');
    await expect.poll(ask).toContain('503 There is no gateway');
    expect(printed).toContain('nothing is not defined');
    await save(plugin('three'));
    await expect.poll(ask).toBe('three');

    const { pid } = JSON.parse(await readFile(join(folder, 'data', 'run.json'), 'utf8')) as { pid: number };
    const ended = once(dev, 'exit');
    dev.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
    expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  }, 90_000);
});
