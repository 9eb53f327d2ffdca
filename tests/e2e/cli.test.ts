import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CliHome, createCliHome, IMPORTS, type RunningCommand } from '../support/cli.ts';
import { type MockUpstream, openAiModels, startMockUpstream } from '@dragoman/testing/upstreams';

const SECRET = 'sk-very-secret-upstream-key';

let home: CliHome;
let upstream: MockUpstream;
beforeEach(async () => {
  home = await createCliHome();
  upstream = await startMockUpstream();
  upstream.handle('/v1/models', () => ({ body: openAiModels(['m1', 'm2']) }));
});
afterEach(async () => {
  await home.close();
  await upstream.close();
});

interface Banner {
  readonly text: string;
  readonly url: string;
  readonly key: string | undefined;
  readonly link: string;
}

async function bannerOf(gateway: RunningCommand): Promise<Banner> {
  const text = await gateway.waitFor(/Data .*\n/);
  const find = (pattern: RegExp): string | undefined => pattern.exec(text)?.[1];
  return {
    text,
    url: find(/Base URL +(\S+)\/v1\n/) ?? '',
    key: find(/Client key +(sk-\S+)/),
    link: find(/Sign in +(\S+)/) ?? '',
  };
}

/** Runs a command that has to go well, and gives what it printed as JSON. */
async function runJson(...args: readonly string[]): Promise<unknown> {
  const { code, stdout, stderr } = await home.run([...args, '--json']);
  expect(stderr).toBe('');
  expect(code).toBe(0);
  return JSON.parse(stdout);
}

/** Runs a command that has to fail with a message alone. */
async function runRefused(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await home.run(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  return stderr;
}

const addMock = (...more: readonly string[]) => [
  ...['upstreams', 'add', 'mock', '--provider', 'openai', '--option', `baseUrl=${upstream.url}/v1`],
  ...more,
];

const models = (url: string, key: string): Promise<Response> =>
  fetch(`${url}/v1/models`, { headers: { authorization: `Bearer ${key}` } });

function chat({ url, key = '' }: Banner, model: string, signal?: AbortSignal): Promise<Response> {
  return fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model, stream: true, messages: [{ role: 'user', content: 'a b c d e f g h' }] }),
    ...(signal && { signal }),
  });
}

describe('dragoman start', () => {
  it('tells on its first start all that one needs, and the key never again', async () => {
    const first = home.start();
    const { url, key = '', link, text } = await bannerOf(first);
    expect((await models(url, key)).status).toBe(200);
    expect(text).toContain(`${url}/console/`);
    expect(text).toContain(home.data);
    const signedIn = await fetch(`${url}/admin/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1' },
      body: JSON.stringify({ token: new URL(link).hash.slice('#token='.length) }),
    });
    expect(signedIn.status).toBe(200);
    first.kill('SIGTERM');
    expect(await first.ended).toMatchObject({ code: 0, stderr: '' });

    const second = home.start();
    const again = await bannerOf(second);
    expect(again.key).toBeUndefined();
    expect((await models(again.url, key)).status).toBe(200);
  });

  it('lets a running stream end, also when one Ctrl-C comes twice', async () => {
    const gateway = home.start();
    const reply = await chat(await bannerOf(gateway), 'echo');
    gateway.kill('SIGINT');
    gateway.kill('SIGINT');
    expect(await reply.text()).toMatch(/data: \[DONE\]\s*$/);
    expect((await gateway.ended).code).toBe(0);
  });

  it('does not wait for a stream when it is told to stop again', async () => {
    const gateway = home.start();
    const client = new AbortController();
    await chat(await bannerOf(gateway), 'echo-hang', client.signal);
    const insist = setInterval(() => gateway.kill('SIGTERM'), 100);
    expect((await gateway.ended).code).toBe(1);
    clearInterval(insist);
    client.abort();
  });

  it('needs no key without authentication, and makes none', async () => {
    const { text, key, url } = await bannerOf(home.start('--no-auth'));
    expect(text).toContain('none needed');
    expect(key).toBeUndefined();
    expect((await fetch(`${url}/v1/models`)).status).toBe(200);
    expect(await runJson('keys', 'list')).toEqual([]);
  });

  it('says so when the port is in use, and makes no key that nobody sees', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const refused = await runRefused('start', '--port', String(port));
    expect(refused).toContain(`Port ${port} of 127.0.0.1 is in use`);
    other.close();
    expect((await bannerOf(home.start())).key).toBeDefined();
  });

  it('says so when another gateway runs on the data folder', async () => {
    const { url } = await bannerOf(home.start());
    expect(await runRefused('start', '--port', '0')).toContain(url);
  });

  it.each([
    ['a port that is none', ['--port', 'many'], '--port'],
    ['an empty port', ['--port', ''], '--port'],
    ['no authentication for everybody', ['--no-auth', '--host', '0.0.0.0'], 'auth'],
    ['a config that is not there', ['--config', 'nowhere.ts'], 'nowhere.ts'],
  ])('refuses %s with a message alone and exit code 2', async (_, args, named) => {
    const { code, stdout, stderr } = await home.run(['start', ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(named);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it('refuses a wrong config, naming the file and every place', async () => {
    await home.writeConfig('export default { plugins: [], server: { prot: 1 }, auth: "no" };');
    const { code, stderr } = await home.run(['start']);
    expect(code).toBe(2);
    for (const part of ['gateway.config.ts', 'server.prot', 'auth']) expect(stderr).toContain(part);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe('a config whose plugins bring no protocol', () => {
  it('is refused with a message alone', async () => {
    await home.writeConfig('export default { plugins: [] };');
    const { code, stderr } = await home.run(['start']);
    expect(code).toBe(2);
    expect(stderr).toContain('plugins: no plugin contributes a protocol');
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe.each(['stopped', 'running'])('on a %s gateway', (condition) => {
  beforeEach(async () => {
    if (condition === 'running') await bannerOf(home.start());
  });

  it('upstreams are added, listed, tested and removed', async () => {
    expect(await runJson(...addMock())).toMatchObject({ id: 'mock', origin: 'state' });
    expect(await runJson('upstreams', 'list')).toMatchObject([{ id: 'echo' }, { id: 'mock' }]);
    const { stdout } = await home.run(['upstreams', 'list']);
    const columns = stdout
      .trimEnd()
      .split('\n')
      .map((line) => line.search(/provider|echo {2}\s*yes|openai/i));
    expect(new Set(columns).size).toBe(1);
    expect(await runJson('upstreams', 'test', 'mock')).toMatchObject({ ok: true, models: ['m1', 'm2'] });
    expect(await runJson('models')).toMatchObject({
      models: expect.arrayContaining([{ id: 'm1', upstreams: ['mock'] }]),
    });
    await runJson('upstreams', 'remove', 'mock');
    expect(await runJson('upstreams', 'list')).toMatchObject([{ id: 'echo' }]);
  });

  it('keys are made, listed and revoked', async () => {
    const made = await runJson(
      'keys',
      'create',
      'laptop',
      '--models',
      'echo, m*',
      '--upstreams',
      'echo',
      '--traces',
      'off',
    );
    const { secret, key } = made as { secret: string; key: { id: string } };
    const listed = (await runJson('keys', 'list')) as readonly { name: string }[];
    expect(listed.find(({ name }) => name === 'laptop')).toMatchObject({
      models: ['echo', 'm*'],
      upstreams: ['echo'],
      traces: 'off',
    });
    expect(JSON.stringify(listed)).not.toContain(secret);
    // The first key is made by a start, and shown by it: no command makes one on the way.
    expect(listed).toHaveLength(condition === 'running' ? 2 : 1);
    expect(await runJson('keys', 'revoke', secret)).toEqual({ revoked: key.id });
    expect(JSON.stringify(await runJson('keys', 'list'))).not.toContain(key.id);
  });

  it('a refusal is one line', async () => {
    expect(await runRefused('upstreams', 'remove', 'nobody')).toBe('There is no upstream "nobody".\n');
    expect(await runRefused('upstreams', 'remove', 'echo')).toContain('gateway.config.ts');
    expect(await runRefused('keys', 'create', 'k', '--expires', 'never')).toContain('expiresAt');
    expect(await runRefused('keys', 'revoke', SECRET)).not.toContain(SECRET);
  });

  it('a failed test says why and exits with 1', async () => {
    upstream.handle('/v1/models', () => ({ status: 401, body: { error: { message: 'Bad key.' } } }));
    await runJson(...addMock());
    expect(await runRefused('upstreams', 'test', 'mock')).toContain('credentials');
    const { code, stdout } = await home.run(['upstreams', 'test', 'mock', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ ok: false, error: { kind: 'upstream-auth' } });
  });
});

describe('an option of an upstream', () => {
  const usedKey = async (): Promise<unknown> => {
    await runJson('upstreams', 'test', 'mock');
    return upstream.lastCall.headers['authorization'];
  };

  it.each([
    ['a variable', 'env:MY_KEY', { env: { MY_KEY: SECRET } }],
    ['a line of input', '-', { input: `${SECRET}\nmore\n` }],
  ])('can come from %s, and is never shown', async (_, value, options) => {
    const added = await home.run(addMock('--option', `apiKey=${value}`, '--json'), options);
    expect(added).toMatchObject({ code: 0, stderr: '' });
    expect(added.stdout).not.toContain(SECRET);
    expect(await usedKey()).toBe(`Bearer ${SECRET}`);
    expect(await readFile(join(home.data, 'state.json'), 'utf8')).not.toContain(SECRET);
  });

  it('can come from the .env beside the config', async () => {
    await writeFile(join(home.folder, '.env'), `MY_KEY=${SECRET}\n`);
    expect((await home.run(addMock('--option', 'apiKey=env:MY_KEY'))).code).toBe(0);
    expect(await usedKey()).toBe(`Bearer ${SECRET}`);
  });

  it('is refused when its source is empty', async () => {
    expect(await runRefused(...addMock('--option', 'apiKey=env:MY_KEY'))).toContain('MY_KEY is not set');
    expect(await runRefused(...addMock('--option', 'apiKey=-'))).toContain('No line');
    expect(await runJson('upstreams', 'list')).toHaveLength(1);
  });
});

describe('dragoman sign-in-link', () => {
  it('needs a gateway that runs', async () => {
    expect(await runRefused('sign-in-link')).toContain('dragoman start');
    const { url } = await bannerOf(home.start());
    expect(await runJson('sign-in-link')).toEqual({
      url: expect.stringContaining(`${url}/console/sign-in/#token=`),
    });
  });
});

describe('dragoman doctor', () => {
  it('finds a gateway in order, stopped and running', async () => {
    const stopped = await home.run(['doctor', '--json']);
    expect(stopped).toMatchObject({ code: 0, stderr: '' });
    const names = (JSON.parse(stopped.stdout) as readonly { name: string }[]).map(({ name }) => name);
    expect(names).toEqual([
      'node',
      'config',
      'data folder',
      'state',
      'audit log',
      'port',
      'upstreams',
      'upstream echo',
      'plugin openai',
      'plugin echo',
    ]);
    expect(JSON.parse(stopped.stdout)).toContainEqual({
      ...{ name: 'plugin echo', ok: true },
      detail: expect.stringMatching(/^\d+\.\d+\.\d+ for plugin API 1$/) as string,
    });
    const { url } = await bannerOf(home.start());
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toContain(`✓ port: the gateway runs at ${url}`);
    expect(stdout).not.toContain('✗');
  });

  it('finds an upstream that does not answer', async () => {
    await runJson(...addMock());
    upstream.handle('/v1/models', () => ({ status: 500, body: {} }));
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ upstream mock: /m);
    expect(stdout).toMatch(/^✓ upstream echo: /m);
  });

  it('finds a changed audit log', async () => {
    await runJson('keys', 'create', 'k');
    const file = join(home.data, 'audit.jsonl');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"k"', '"j"'));
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^✗ audit log: audit\.jsonl:\d+: The entry was changed/m);
  });

  it('finds models that are refused since they have no price, and the start warns of them', async () => {
    await runJson(...addMock());
    await runJson('keys', 'create', 'intern', '--limit', 'costPerDay=1');
    const warning = 'Models without a price are refused under a cost limit: key intern (mock/';
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(0);
    expect(stdout).toContain(`! prices: ${warning}`);
    await home.writeConfig(`${IMPORTS}
      export default { plugins: [openai(), echo()], log: { level: 'warn' } };`);
    await home.start().waitFor(/Models without a price are refused/);
  });

  it('finds a broken state and leaves it as it is', async () => {
    await runJson('keys', 'create', 'k');
    const file = join(home.data, 'state.json');
    await writeFile(file, '{"version":1,');
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ state.json: ');
    expect((await home.run(['keys', 'list'])).stderr).toContain('state.json cannot be read');
    expect(await readFile(file, 'utf8')).toBe('{"version":1,');
  });

  it('finds a wrong config', async () => {
    await home.writeConfig('export default { plugins: 1 };');
    const { code, stdout } = await home.run(['doctor']);
    expect(code).toBe(1);
    expect(stdout).toContain('✗ config: ');
  });
});

describe('the routes of a gateway', () => {
  it('are set, shown and removed by commands', async () => {
    await runJson(...addMock());
    const set = [
      'aliases',
      'set',
      'fast',
      'mock/m1=3',
      'm2',
      '--policy',
      'weighted',
      '--fallbacks',
      'm2, m1',
    ];
    expect(await runJson(...set)).toMatchObject({
      name: 'fast',
      policy: 'weighted',
      candidates: [{ upstream: 'mock', model: 'm1', weight: 3 }, { model: 'm2' }],
      fallbacks: { default: ['m2', 'm1'] },
    });
    expect((await home.run(['aliases', 'list'])).stdout).toMatch(
      /fast +yes +state +weighted +mock\/m1=3, m2/,
    );
    expect(await runRefused('aliases', 'set', 'bad', 'm1=much')).toContain('upstream/model=weight');
    expect(await runRefused('aliases', 'set', 'bad', 'm1', '--policy', 'best')).toContain('policy');
    await runJson('aliases', 'remove', 'fast');
    expect(await runJson('aliases', 'list')).toEqual([]);
    expect(await runRefused('aliases', 'remove', 'fast')).toContain('There is no alias');
  });

  it('rest and go on by commands, and keys have limits', async () => {
    await runJson(...addMock());
    expect(await runJson('upstreams', 'pause', 'mock', '--seconds', '60')).toEqual([]);
    expect(await runJson('upstreams', 'resume', 'mock')).toEqual([]);
    expect((await home.run(['health'])).stdout).toContain('UPSTREAM');
    const made = await runJson(
      'keys',
      'create',
      'k',
      '--limit',
      'requestsPerMinute=5',
      '--limit',
      'costTotal=2.5',
    );
    expect(made).toMatchObject({ key: { limits: { requestsPerMinute: 5, costTotal: 2.5 } } });
    expect(await runRefused('keys', 'create', 'k', '--limit', 'requestsPerMinute')).toContain('--limit');
    expect(await runRefused('keys', 'create', 'k', '--limit', 'wishes=3')).toContain('wishes');
  });
});

describe('traces', () => {
  it('are listed, shown, followed and exported by commands', async () => {
    const gateway = home.start();
    const { url, key } = await bannerOf(gateway);
    const ask = (content: string): Promise<Response> =>
      fetch(`${url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        body: JSON.stringify({ model: 'echo', messages: [{ role: 'user', content }] }),
      });
    const id = (await ask('Hello')).headers.get('request-id') ?? '';
    expect(await runJson('traces', 'list')).toMatchObject([{ id, model: 'echo', outcome: 'ok' }]);
    expect((await home.run(['traces', 'list', '--outcome', 'ok'])).stdout).toMatch(/echo +echo +ok/);
    expect(await runJson('traces', 'list', '--model', 'other')).toEqual([]);
    expect((await home.run(['traces', 'show', id])).stdout).toMatch(
      /served by +echo\/echo\n[^]*first +echo\/echo/,
    );
    expect(await runRefused('traces', 'show', 'nobody')).toContain('There is no trace');
    expect(JSON.parse((await home.run(['traces', 'export'])).stdout)).toMatchObject({ id });
    expect(await runRefused('traces', 'list', '--limit', '0')).toContain('limit');
  });
});
