import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
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
