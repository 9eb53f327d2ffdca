import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { ROOT, type RunningCommand, startCommand } from '../support/command.ts';

const closers: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const ECHO = JSON.stringify(join(ROOT, 'plugins/echo/src/index.ts'));
const OPENAI = JSON.stringify(join(ROOT, 'plugins/openai/src/index.ts'));
const config = (own: string): string =>
  `import { echo } from ${ECHO};
   import { openai } from ${OPENAI};
   export default { plugins: [openai(), echo()], ${own} };`;
const upstreams = (...ids: readonly string[]): string =>
  `upstreams: [${ids.map((id) => `{ id: '${id}', provider: 'echo', options: { delayMs: 1 } }`).join()}]`;

async function start(...flags: readonly string[]): Promise<RunningCommand & { readonly file: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'dragoman-reload-'));
  closers.push(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.config.ts');
  await writeFile(file, config(upstreams('one')));
  const command = await startCommand(file, ...flags);
  closers.push(() => void command.child.kill('SIGKILL'));
  return { ...command, file };
}

function ask({ url, key }: RunningCommand, model: string, content = 'Hello') {
  const client = new OpenAI({ baseURL: url, apiKey: key, maxRetries: 0 });
  return client.chat.completions.create({ model, messages: [{ role: 'user', content }] });
}

describe('an edit of the config file', () => {
  it('takes effect on SIGHUP, and cuts no stream that runs', async () => {
    const command = await start();
    await expect(ask(command, 'two/echo')).rejects.toMatchObject({ status: 404 });
    const client = new OpenAI({ baseURL: command.url, apiKey: command.key });
    const content = Array.from({ length: 300 }, (_, at) => `word${at}`).join(' ');
    const stream = await client.chat.completions.create({
      ...{ model: 'one/echo', stream: true },
      messages: [{ role: 'user', content }],
    });

    // The upstream of the stream goes away, too.
    await writeFile(
      command.file,
      config(`${upstreams('two')}, aliases: [{ name: 'fast', candidates: [{ model: 'echo' }] }]`),
    );
    command.child.kill('SIGHUP');
    await command.printed('The configuration was loaded anew.');
    expect((await ask(command, 'fast')).choices[0]?.message.content).toContain('Hello');
    await expect(ask(command, 'one/echo')).rejects.toMatchObject({ status: 404 });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toContain('word299');
  });

  it('that cannot be used is told, and changes nothing', async () => {
    const command = await start();
    await writeFile(command.file, config(`upstreams: [{ id: 'one', provider: 'nobody' }]`));
    command.child.kill('SIGHUP');
    await command.printed('the one before stays');
    expect(command.output()).toContain('upstreams[0].provider');
    expect((await ask(command, 'one/echo')).choices[0]?.message.content).toContain('Hello');
    // And the next edit that can be used is.
    await writeFile(command.file, config(upstreams('one', 'two')));
    command.child.kill('SIGHUP');
    await command.printed('The configuration was loaded anew.');
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('is noticed with --watch, also where an editor puts another file in its place', async () => {
    const command = await start('--watch');
    await writeFile(command.file, config(upstreams('one', 'two')));
    await command.printed('The configuration was loaded anew.');
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
    await writeFile(`${command.file}.new`, config(`${upstreams('three')}, server: { keepAliveMs: 5000 }`));
    await rename(`${command.file}.new`, command.file);
    await command.printed('need a restart');
    expect(command.output()).toContain('"waiting":["server"]');
    expect((await ask(command, 'three/echo')).choices[0]?.message.content).toContain('Hello');
  });
});
