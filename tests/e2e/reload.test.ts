import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS, type ReadyGateway, readyGateway } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
});
afterEach(() => home.close());

const config = (own: string): string => `${IMPORTS} export default { plugins: [openai(), echo()], ${own} };`;
const upstreams = (...ids: readonly string[]): string =>
  `upstreams: [${ids.map((id) => `{ id: '${id}', provider: 'echo', options: { delayMs: 1 } }`).join()}]`;

async function start(...flags: readonly string[]): Promise<ReadyGateway> {
  await home.writeConfig(config(upstreams('one')));
  return readyGateway(home.start(...flags));
}

function ask({ url, key }: ReadyGateway, model: string, content = 'Hello') {
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
    await home.writeConfig(
      config(`${upstreams('two')}, aliases: [{ name: 'fast', candidates: [{ model: 'echo' }] }]`),
    );
    command.kill('SIGHUP');
    await command.waitFor(/The configuration was reloaded./);
    expect((await ask(command, 'fast')).choices[0]?.message.content).toContain('Hello');
    await expect(ask(command, 'one/echo')).rejects.toMatchObject({ status: 404 });
    let text = '';
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
    expect(text).toContain('word299');
  });

  it('takes effect where SIGHUP comes before the gateway listens', async () => {
    const hangUp = `
      if (!globalThis.isLoaded) process.kill(process.pid, 'SIGHUP');
      globalThis.isLoaded = true;
      await new Promise((resolve) => setTimeout(resolve, 1));
    `;
    await home.writeConfig(`${config(upstreams('one'))}\n${hangUp}`);
    const command = await readyGateway(home.start());
    await command.waitFor(/The configuration was reloaded./);
    expect((await ask(command, 'one/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('that cannot be used is told, and changes nothing', async () => {
    const command = await start();
    await home.writeConfig(config(`upstreams: [{ id: 'one', provider: 'nobody' }]`));
    command.kill('SIGHUP');
    await command.waitFor(/the previous one stays/);
    await command.waitFor(/upstreams\[0\]\.provider/);
    expect((await ask(command, 'one/echo')).choices[0]?.message.content).toContain('Hello');
    // And the next edit that can be used is.
    await home.writeConfig(config(upstreams('one', 'two')));
    command.kill('SIGHUP');
    await command.waitFor(/The configuration was reloaded./);
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('is noticed with --watch, also where an editor puts another file in its place', async () => {
    const command = await start('--watch');
    await home.writeConfig(config(upstreams('one', 'two')));
    await command.waitFor(/The configuration was reloaded./);
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
    const file = join(home.folder, 'gateway.config.ts');
    await writeFile(`${file}.new`, config(`${upstreams('three')}, server: { keepAliveMs: 5000 }`));
    await rename(`${file}.new`, file);
    await command.waitFor(/need a restart/);
    await command.waitFor(/"waiting":\["server"\]/);
    expect((await ask(command, 'three/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('takes effect on `reload`, which says what is wrong', async () => {
    const command = await start();
    await home.writeConfig(config(`${upstreams('two')}, server: { keepAliveMs: 5000 }`));
    const { code, stdout } = await home.run(['reload']);
    expect(stdout).toMatch(/was reloaded\. These fields need a restart: server\.\n$/);
    expect(code).toBe(0);
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
    await home.writeConfig(config(`upstreams: [{ id: 'one', provider: 'nobody' }]`));
    const refused = await home.run(['reload']);
    expect(refused.stderr).toContain('upstreams[0].provider');
    expect(refused.code).toBe(2);
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('takes effect on SIGHUP to the script that starts the gateway, which passes stops on, too', async () => {
    await home.writeConfig(config(upstreams('one')));
    const command = await readyGateway(home.startByScript());
    await home.writeConfig(config(upstreams('two')));
    command.kill('SIGHUP');
    await command.waitFor(/The configuration was reloaded./);
    expect((await ask(command, 'two/echo')).choices[0]?.message.content).toContain('Hello');
    command.kill('SIGTERM');
    expect((await command.ended).code).toBe(0);
  });
});

/** A path as an import has it; of a file that is not in this repository. */
const at = (path: string): string => JSON.stringify(path);

/** A plugin in a file of its own, and what it says in a third one. */
const files = (text: string, more = ''): Readonly<Record<string, string>> => ({
  'gateway.config.ts': `${IMPORTS}
    import { parrot } from ${at('./plugins/parrot.ts')};
    export default {
      plugins: [openai(), echo(), parrot()],
      upstreams: [{ id: 'own', provider: 'parrot' }, { id: 'one', provider: 'echo', options: { delayMs: 1 } }],
    };`,
  'plugins/parrot.ts': `
    import { definePlugin, defineProvider } from ${JSON.stringify(import.meta.resolve('@dragoman/plugin'))};
    import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
    import { text } from ${at('../words/text.ts')};
    const provider = defineProvider({
      ...{ name: 'parrot', title: 'Parrot', description: '', options: z.strictObject({}) },
      create: () => ({
        async *chat({ model }) {
          yield { type: 'start', id: '1', model };
          yield { type: 'block-start', index: 0, block: { type: 'text' } };
          yield { type: 'block-delta', index: 0, delta: text };
          yield { type: 'block-end', index: 0 };
          yield { type: 'finish', reason: 'stop' };
        },
      }),
    });
    export const parrot = definePlugin(() => ({ name: 'parrot', providers: [provider], ${more} }));`,
  'words/text.ts': `export const text: string = '${text}';`,
});

async function writeAll(texts: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    await mkdir(dirname(join(home.folder, name)), { recursive: true });
    await writeFile(join(home.folder, name), text);
  }
}

describe('an edit of a plugin beside the config file', () => {
  const startOwn = async (...flags: readonly string[]): Promise<ReadyGateway> => {
    await writeAll(files('old'));
    return readyGateway(home.start(...flags));
  };
  const said = async (command: ReadyGateway): Promise<string | null | undefined> =>
    (await ask(command, 'own/any')).choices[0]?.message.content;
  const edit = (text: string): Promise<void> =>
    writeFile(join(home.folder, 'words', 'text.ts'), `export const text: string = '${text}';`);

  it('is noticed with --watch, also in what the plugin imports', async () => {
    const command = await startOwn('--watch');
    expect(await said(command)).toBe('old');
    await edit('new');
    const log = await command.waitFor(/The configuration was reloaded./);
    expect(log).not.toMatch(/need a restart/);
    expect(await said(command)).toBe('new');
    expect((await ask(command, 'one/echo')).choices[0]?.message.content).toContain('Hello');
  });

  it('takes effect on SIGHUP and on `reload`', async () => {
    const command = await startOwn();
    await edit('new');
    command.kill('SIGHUP');
    await command.waitFor(/The configuration was reloaded./);
    expect(await said(command)).toBe('new');
    await edit('newest');
    expect((await home.run(['reload'])).stdout).toBe('The configuration was reloaded.\n');
    expect(await said(command)).toBe('newest');
  });

  it('that cannot be used is told, names the file, and changes nothing', async () => {
    const command = await startOwn();
    await writeAll({ 'words/text.ts': 'export const text = ;' });
    const { code, stderr } = await home.run(['reload']);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('words/text.ts') });
    expect(await said(command)).toBe('old');
    // And the next one that can be is.
    await edit('new');
    await home.run(['reload']);
    expect(await said(command)).toBe('new');
  });

  it('applies to upstreams of the console and the command line, too, unless it cannot create them', async () => {
    const command = await startOwn();
    expect(await home.run(['upstreams', 'add', 'kept', '--provider', 'parrot'])).toMatchObject({ code: 0 });
    const saidByKept = async () => (await ask(command, 'kept/any')).choices[0]?.message.content;
    expect(await saidByKept()).toBe('old');
    await edit('new');
    await home.run(['reload']);
    expect(await saidByKept()).toBe('new');
    const broken = files('newest')['plugins/parrot.ts'] ?? '';
    await writeAll({
      'plugins/parrot.ts': broken.replace(
        'create: () => ({',
        `create: () => { throw new Error('no luck') }, old: () => ({`,
      ),
    });
    const refused = await home.run(['reload']);
    expect(refused.stderr).toContain('could not create the upstream own: no luck');
    expect([await said(command), await saidByKept()]).toEqual(['new', 'new']);
  });

  it('applies to hooks', async () => {
    const config = (text: string): Readonly<Record<string, string>> => ({
      'gateway.config.ts': `${IMPORTS}
        import { shout } from ${at('./plugins/shout.ts')};
        export default {
          plugins: [openai(), echo(), shout()],
          upstreams: [{ id: 'own', provider: 'echo', options: { delayMs: 0 } }],
          hooks: [{ id: 'shout', hook: 'shout' }],
        };`,
      'plugins/shout.ts': `
        import { definePlugin, defineHook, refuse } from ${JSON.stringify(import.meta.resolve('@dragoman/plugin'))};
        import { z } from ${JSON.stringify(import.meta.resolve('zod'))};
        const hook = defineHook({
          ...{ name: 'shout', title: 'Shout', description: '', options: z.strictObject({}) },
          create: () => ({ request: () => refuse('${text}') }),
        });
        export const shout = definePlugin(() => ({ name: 'shout', hooks: [hook] }));`,
    });
    await writeAll(config('old words'));
    const command = await readyGateway(home.start());
    await expect(ask(command, 'own/echo')).rejects.toThrow('old words');
    await writeAll(config('new words'));
    expect((await home.run(['reload'])).stdout).toBe('The configuration was reloaded.\n');
    await expect(ask(command, 'own/echo')).rejects.toThrow('new words');
  });

  it('says what of the plugin needs a restart', async () => {
    const command = await startOwn();
    await writeAll(files('new', 'createObserver: () => ({ observe() {} })'));
    const { stdout } = await home.run(['reload']);
    expect(stdout).toMatch(/These fields need a restart: plugins\.parrot\.\n$/);
    expect(await said(command)).toBe('new');
  });
});
