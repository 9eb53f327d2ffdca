import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
});
afterEach(() => home.close());

/** A hook that refuses with its option, and cannot be created with the word `never`. */
const PLUGIN = `
  import { defineHook, definePlugin, refuse } from '@dragoman/plugin';
  import { z } from 'zod';
  const says = defineHook({
    name: 'says', title: 'Says', description: 'Refuses.', options: z.strictObject({ text: z.string() }),
    create({ text }) {
      if (text === 'never') throw new Error('Not this word.');
      return { request: () => refuse(text) };
    },
  });
  const tests = definePlugin(() => ({ name: 'tests', hooks: [says] }));
`;
const config = (hooks: string): string =>
  `${IMPORTS}${PLUGIN} export default {
    plugins: [openai(), echo(), tests()],
    upstreams: [{ id: 'one', provider: 'echo', options: { delayMs: 1 } }],
    hooks: [${hooks}],
  };`;
const says = (text: string): string => `{ id: 'h', hook: 'says', options: { text: '${text}' } }`;

it('hooks follow the config file when it is reloaded; one that cannot be created is rejected', async () => {
  await home.writeConfig(config(says('One.')));
  const command = await readyGateway(home.start());
  const ask = async (): Promise<string> => {
    const response = await fetch(`${command.url}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${command.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'Hi.' }] }),
    });
    return response.text();
  };
  expect(await ask()).toContain('One.');

  await home.writeConfig(config(says('Two.')));
  command.kill('SIGHUP');
  await command.waitFor(/The configuration was reloaded./);
  expect(await ask()).toContain('Two.');

  await home.writeConfig(config(says('never')));
  command.kill('SIGHUP');
  await command.waitFor(/could not create the hook h: Error: Not this word/);
  expect(await ask()).toContain('Two.');
});
