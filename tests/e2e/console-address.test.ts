import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { request } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';

const NAME = 'console.example.com';

let gateway: RunningGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

/** Asks under a name of the test's choice, which `fetch` does not allow. */
async function ask(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Answer> {
  const { statusCode, headers: answered, body } = await request(url, { headers });
  const location = answered['location'];
  return { status: statusCode, text: await body.text(), ...{ location: location?.toString() } };
}

async function start(options: GatewayOptions): Promise<RunningGateway> {
  gateway = await startGateway(options);
  return gateway;
}

/** What only the console's address has, and what only the clients' has. */
async function statusesAt(
  { key, adminToken }: RunningGateway,
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, number>>> {
  const asAdmin = { ...headers, authorization: `Bearer ${adminToken}` };
  const asClient = { ...headers, authorization: `Bearer ${key}` };
  return {
    admin: (await ask(`${url}/admin/api/v1/keys`, asAdmin)).status,
    // Without the files of the console, which tests need not build, it answers 503.
    console: (await ask(`${url}/console/`, headers)).status === 404 ? 404 : 200,
    models: (await ask(`${url}/v1/models`, asClient)).status,
    health: (await ask(`${url}/healthz`, headers)).status,
  };
}

const OF_CONSOLE = { admin: 200, console: 200, models: 404, health: 200 };
const OF_CLIENTS = { admin: 404, console: 404, models: 200, health: 200 };

async function passOf({ adminToken }: RunningGateway, url: string, host?: string): Promise<string> {
  const { body } = await request(`${url}/admin/api/v1/passes`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, ...(host !== undefined && { host }) },
  });
  return ((await body.json()) as { readonly token: string }).token;
}

describe('a console with a port of its own', () => {
  it('is served there and nowhere else', async () => {
    const running = await start({ console: { port: 0 } });
    const { consoleUrl } = running.gateway;
    expect(consoleUrl).not.toBe(running.url);
    expect(await statusesAt(running, consoleUrl)).toEqual(OF_CONSOLE);
    expect(await statusesAt(running, running.url)).toEqual(OF_CLIENTS);
  });

  it('is where links point to, while strangers are not told where it is', async () => {
    const running = await start({ console: { port: 0 } });
    const { consoleUrl } = running.gateway;
    expect(running.gateway.signInLink()).toMatch(new RegExp(`^${consoleUrl}/console/sign-in/#token=`));
    expect(await ask(consoleUrl)).toMatchObject({ status: 302, location: '/console/' });
    expect((await ask(running.url)).text).not.toContain(new URL(consoleUrl).port);
    const about = await ask(`${consoleUrl}/admin/api/v1/about`, {
      authorization: `Bearer ${running.adminToken}`,
    });
    expect(JSON.parse(about.text)).toMatchObject({ baseUrl: `${running.url}/v1`, hasOwnConsole: true });
    expect(JSON.parse(await readFile(join(running.folder, 'run.json'), 'utf8'))).toMatchObject({
      url: running.url,
      admin: { url: consoleUrl },
    });
  });

  it('serves models to its playground only', async () => {
    const running = await start({ console: { port: 0 } });
    const { consoleUrl } = running.gateway;
    const pass = await passOf(running, consoleUrl);
    expect((await ask(`${consoleUrl}/v1/models`, { 'x-dragoman-pass': pass })).status).toBe(200);
    const wrong = { 'x-dragoman-pass': 'wrong', authorization: '' };
    expect((await ask(`${consoleUrl}/v1/models`, wrong)).status).toBeGreaterThanOrEqual(400);
  });

  it('is for no page of another origin, whatever the clients may', async () => {
    const running = await start({ console: { port: 0 }, server: { cors: '*' } });
    const origin = 'https://app.example';
    const there = await fetch(`${running.gateway.consoleUrl}/admin/api/v1/session`, { headers: { origin } });
    expect(there.headers.has('access-control-allow-origin')).toBe(false);
    const here = await fetch(`${running.url}/healthz`, { headers: { origin } });
    expect(here.headers.get('access-control-allow-origin')).toBe('*');
  });
});

describe('a console with host names of its own', () => {
  it.each([true, false])('is served under them and under no other, with auth: %s', async (auth) => {
    const overrides = { allowOpen: true };
    const running = await start({ auth, overrides, console: { hostnames: [NAME, 'Console.localhost'] } });
    for (const host of [NAME, `${NAME}:1234`, NAME.toUpperCase(), 'console.localhost'])
      expect(await statusesAt(running, running.url, { host })).toEqual(OF_CONSOLE);
    expect(await statusesAt(running, running.url)).toEqual(OF_CLIENTS);
    const evil = { host: 'evil.example' };
    const expected = auth ? OF_CLIENTS : { admin: 403, console: 200, models: 403, health: 403 };
    expect(await statusesAt(running, running.url, evil)).toEqual(expected);
    const port = new URL(running.url).port;
    expect(running.gateway.signInLink()).toMatch(
      new RegExp(`^http://${NAME}:${port}/console/sign-in/#token=`),
    );
    const pass = await passOf(running, running.url, NAME);
    expect((await ask(`${running.url}/v1/models`, { host: NAME, 'x-dragoman-pass': pass })).status).toBe(200);
  });
});

describe('the command line of a gateway whose console has an address of its own', () => {
  it.each(['{ port: 0 }', `{ hostnames: ['${NAME}'] }`])(
    'finds the admin API: console: %s',
    async (address) => {
      const home = await createCliHome();
      try {
        await home.writeConfig(`${IMPORTS}
        export default {
          plugins: [openai(), echo()],
          console: ${address},
          log: { level: 'error' },
        };`);
        const started = home.start();
        await readyGateway(started);
        const banner = await started.waitFor(/Data .*\n/);
        const shown = /Console +(\S+)/.exec(banner)?.[1] ?? '';
        expect(/Sign in +(\S+)/.exec(banner)?.[1]).toContain(`${shown}sign-in/#token=`);
        expect(shown).not.toBe(`${/Base URL +(\S+)\/v1/.exec(banner)?.[1]}/console/`);
        const keys = await home.run(['keys', 'list']);
        expect(keys.stdout).toContain('first key');
        expect((await home.run(['traces', 'export'])).code).toBe(0);
        const link = await home.run(['sign-in-link']);
        expect(link.stdout).toContain(`${shown}sign-in/#token=`);
      } finally {
        await home.close();
      }
    },
  );
});
