import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Agent, request } from 'undici';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSelfSigned } from '../support/certificate.ts';
import { type CliHome, createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';

let home: CliHome;
beforeEach(async () => {
  home = await createCliHome();
});
afterEach(() => home.close());

const config = (fields: string): string => `${IMPORTS}
  export default {
    plugins: [openai(), echo()],
    upstreams: [{ id: 'echo', provider: 'echo', options: { delayMs: 0 } }],
    ${fields}
  };
`;

describe('a start whose log goes to a store', () => {
  it('prints no secret, makes no key that nobody would see, and says how to get both', async () => {
    await home.writeConfig(config(`log: { level: 'error', format: 'json' },`));
    const gateway = home.start();
    const text = await gateway.waitFor(/Dragoman is ready.*\n/);
    expect(text).not.toMatch(/sk-dgm-|token=/);
    const line = JSON.parse(text) as Readonly<Record<string, string>>;
    expect(line['clientKey']).toContain('./dragoman keys create');
    expect(line['signIn']).toContain('./dragoman sign-in-link');
    expect((await home.run(['keys', 'list', '--json'])).stdout.trim()).toBe('[]');
    const { stdout: key } = await home.run(['keys', 'create', 'mine']);
    const headers = { authorization: `Bearer ${key.trim()}` };
    expect((await fetch(`${line['baseUrl']}/models`, { headers })).status).toBe(200);
  });

  it('still prints both where nobody asked for JSON, also into a file', async () => {
    await home.writeConfig(config(`log: { level: 'error' },`));
    const text = await home.start().waitFor(/Data .*\n/);
    expect(text).toMatch(/sk-dgm-/);
    expect(text).toMatch(/token=/);
  });
});

describe('the sign-ins of a gateway', () => {
  it('are listed and ended by the command line', async () => {
    const gateway = await readyGateway(home.start());
    const { stdout: link } = await home.run(['sign-in-link']);
    const signedIn = await fetch(`${gateway.url.replace(/\/v1$/, '')}/admin/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1', 'user-agent': 'Browser' },
      body: JSON.stringify({ token: link.trim().split('#token=')[1] }),
    });
    expect(signedIn.status).toBe(200);
    const { stdout } = await home.run(['sessions', 'list', '--json']);
    const [session] = JSON.parse(stdout) as readonly { readonly id: string }[];
    expect(session).toMatchObject({ method: 'link', address: '127.0.0.1', userAgent: 'Browser' });
    expect((await home.run(['sessions', 'list'])).stdout).toContain('Browser');
    expect((await home.run(['sessions', 'end', session?.id ?? ''])).stdout).toBe('Ended 1 sign-in.\n');
    expect((await home.run(['sessions', 'end', '--all'])).stdout).toBe('Ended 0 sign-ins.\n');
    expect((await home.run(['sessions', 'end', 'nobody'])).stderr).toContain('There is no sign-in "nobody".');
    expect((await home.run(['sessions', 'end'])).stderr).toContain('or --all');
  });
});

describe('TLS', () => {
  it('is served with the given certificate, and the command line still reaches the gateway', async () => {
    const { cert, key } = createSelfSigned();
    await writeFile(join(home.folder, 'cert.pem'), cert);
    await writeFile(join(home.folder, 'key.pem'), key);
    await home.writeConfig(
      config(`log: { level: 'error' }, server: { tls: { cert: 'cert.pem', key: './key.pem' } },`),
    );
    const gateway = await readyGateway(home.start());
    expect(gateway.url).toMatch(/^https:\/\/127\.0\.0\.1:\d+\/v1$/);
    const dispatcher = new Agent({ connect: { ca: cert } });
    const headers = { authorization: `Bearer ${gateway.key}` };
    const reply = await request(`${gateway.url}/models`, { dispatcher, headers });
    expect(reply.statusCode).toBe(200);
    await reply.body.dump();
    const { stdout: link } = await home.run(['sign-in-link']);
    expect(link).toMatch(/^https:\/\/127\.0\.0\.1:/);
    const signedIn = await request(`${new URL(link).origin}/admin/api/v1/session`, {
      ...{ dispatcher, method: 'POST' },
      headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1' },
      body: JSON.stringify({ token: link.trim().split('#token=')[1] }),
    });
    await signedIn.body.dump();
    expect(signedIn.headers['set-cookie']).toMatch(/^__Secure-dragoman_session=.*; secure/);
    await dispatcher.close();
    gateway.kill('SIGTERM');
    expect((await gateway.ended).code).toBe(0);
    const { stdout: keys } = await home.run(['keys', 'list', '--json']);
    expect(JSON.parse(keys)).toMatchObject([{ name: 'first key' }]);
  });

  it.each([
    ['a file that is not there', ['nowhere.pem', 'key.pem'], [/server\.tls\.cert: ENOENT/]],
    [
      'two files that are not there',
      ['no.pem', 'none.pem'],
      [/cert: ENOENT.*no\.pem/, /key: ENOENT.*none\.pem/],
    ],
    [
      'a file that is no certificate',
      ['gateway.config.ts', 'key.pem'],
      [/server\.tls\.cert: .*gateway\.config\.ts contains no certificate/],
    ],
    [
      'swapped files',
      ['key.pem', 'cert.pem'],
      [/tls\.cert: .*key\.pem contains no certificate/, /tls\.key: .*cert\.pem contains no private key/],
    ],
  ] as const)('refuses %s at the start', async (_, [certFile, keyFile], messages) => {
    const { cert, key } = createSelfSigned();
    await writeFile(join(home.folder, 'cert.pem'), cert);
    await writeFile(join(home.folder, 'key.pem'), key);
    await home.writeConfig(config(`server: { tls: { cert: '${certFile}', key: '${keyFile}' } },`));
    const { code, stdout, stderr } = await home.run(['start', '--port', '0']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    for (const message of messages) expect(stderr).toMatch(message);
  });
});
