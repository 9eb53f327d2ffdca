import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
  await home.writeConfig(`${IMPORTS}
    export default {
      plugins: [openai(), echo()],
      upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 1 } }],
      log: { level: 'error' },
      traces: { record: 'off' },
      prices: { 'echo*': { input: 1, output: 1 } },
    };`);
});
afterEach(() => home.close());

interface Run {
  readonly url: string;
  readonly token: string;
}

it('a key whose only request ran when the gateway was killed is let in again', async () => {
  const first = await readyGateway(home.start());
  const { url, token } = JSON.parse(await readFile(join(home.data, 'run.json'), 'utf8')) as Run;
  const made = await fetch(`${url}/admin/api/v1/keys`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'one', limits: { concurrentRequests: 1, costTotal: 1_000 } }),
  });
  const { secret } = (await made.json()) as { readonly secret: string };
  const ask = (base: string, model: string): Promise<Response> =>
    fetch(`${base}/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'Hi' }] }),
    });

  expect(await (await ask(first.url, 'echo')).text()).toContain('[DONE]');
  const running = await ask(first.url, 'echo-hang');
  expect((await ask(first.url, 'echo')).status).toBe(429);
  // What is used in total reaches the disk at any hour of the day, and the place does not.
  const ledger = (): Promise<string> => readFile(join(home.data, 'limits.json'), 'utf8').catch(() => '');
  await expect.poll(ledger).toContain('costTotal');
  first.kill('SIGKILL');
  await first.ended;
  await running.text().catch(() => {});
  expect(await ledger()).not.toContain('concurrentRequests');

  const second = await readyGateway(home.start());
  expect((await ask(second.url, 'echo')).status).toBe(200);
});
