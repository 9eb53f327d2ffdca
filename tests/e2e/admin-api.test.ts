import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiModels, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

const SECRET = 'sk-very-secret-upstream-key';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startMockUpstream();
  upstream.handle('/v1/models', () => ({ body: openAiModels(['m1', 'm2']) }));
  upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
  gateway = await startGateway();
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // The shape is what the test expects of it.
  readonly body: Record<string, unknown> & readonly Record<string, unknown>[];
}

async function call(
  method: string,
  path: string,
  body?: unknown,
  headers?: Record<string, string>,
): Promise<Answer> {
  const response = await fetch(`${gateway.url}/admin/api/v1${path}`, {
    method,
    headers: {
      'content-type': 'application/json',
      ...(headers ?? { authorization: `Bearer ${gateway.adminToken}` }),
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  const parsed = (text === '' ? {} : JSON.parse(text)) as Answer['body'];
  return { status: response.status, headers: response.headers, text, body: parsed };
}

const addUpstream = (changes: object = {}): Promise<Answer> =>
  call('POST', '/upstreams', {
    id: 'up',
    provider: 'openai',
    options: { baseUrl: `${upstream.url}/v1`, apiKey: SECRET },
    ...changes,
  });

describe('upstreams', () => {
  it('are added, serve at once, are changed, tested and removed, without a restart', async () => {
    expect((await addUpstream()).status).toBe(201);
    const chat = (): Promise<Response> =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${gateway.key}` },
        body: '{"model":"m1","messages":[{"role":"user","content":"x"}]}',
      });
    expect((await chat()).status).toBe(200);
    expect(upstream.lastCall.headers['authorization']).toBe(`Bearer ${SECRET}`);

    const tested = await call('POST', '/upstreams/up/test', { model: 'm1' });
    expect(tested.body).toMatchObject({ ok: true, models: ['m1', 'm2'], reply: 'Hi.' });
    expect((await call('PATCH', '/upstreams/up', { models: { deny: ['m1'] } })).status).toBe(200);
    expect((await call('POST', '/upstreams/up/models')).body).toEqual(['m2']);
    expect((await chat()).status).toBe(404);
    expect((await call('DELETE', '/upstreams/up')).status).toBe(204);
    expect((await call('GET', '/upstreams/up')).status).toBe(404);
  });

  it('never show their secrets, nor keep them readable on the disk', async () => {
    const shown = [
      await addUpstream({
        options: { baseUrl: `${upstream.url}/v1`, apiKey: SECRET, headers: { 'x-key': SECRET } },
      }),
      await call('GET', '/upstreams'),
      await call('GET', '/upstreams/up'),
      await call('PATCH', '/upstreams/up', { enabled: false }),
    ];
    for (const { text } of shown) expect(text).not.toContain(SECRET);
    expect(shown[2]?.body['options']).toMatchObject({ apiKey: { set: true }, headers: { set: true } });
    expect(await readFile(join(gateway.folder, 'state.json'), 'utf8')).not.toContain(SECRET);
  });

  it('keep a secret that a change leaves out or sends masked, and lose it by null', async () => {
    await addUpstream();
    await call('PATCH', '/upstreams/up', { options: { organization: 'org', apiKey: { set: true } } });
    await call('POST', '/upstreams/up/test', {});
    expect(upstream.lastCall.headers).toMatchObject({
      authorization: `Bearer ${SECRET}`,
      'openai-organization': 'org',
    });
    await call('PATCH', '/upstreams/up', { options: { apiKey: null } });
    await call('POST', '/upstreams/up/test', {});
    expect(upstream.lastCall.headers).not.toHaveProperty('authorization');
    expect(upstream.lastCall.headers).toHaveProperty('openai-organization');
  });

  it('of the config file are read-only', async () => {
    expect((await call('GET', '/upstreams/echo')).body).toMatchObject({ origin: 'file' });
    for (const method of ['PATCH', 'DELETE']) {
      const answer = await call(method, '/upstreams/echo', {});
      expect(answer.status).toBe(409);
      expect(answer.body['error']).toMatchObject({ code: 'read-only' });
    }
    expect((await addUpstream({ id: 'echo' })).status).toBe(409);
  });

  it('are refused with every problem by name', async () => {
    const answer = await addUpstream({ options: { baseUrl: 'nonsense', apiKy: SECRET } });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(SECRET);
    const { issues } = answer.body['error'] as { issues: readonly { path: string }[] };
    expect(issues.map(({ path }) => path).toSorted()).toEqual(['options.apiKy', 'options.baseUrl']);
    expect((await addUpstream({ provider: 'nope' })).text).toContain('known:');
  });

  it('that fail their test say why, in the words of the upstream but without the key', async () => {
    upstream.handle('/v1/models', () => ({ status: 401, body: { error: { message: `Bad key ${SECRET}` } } }));
    const answer = await call('POST', '/upstreams/test', {
      upstream: { id: 'x', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: SECRET } },
    });
    expect(answer.body).toMatchObject({ ok: false, error: { kind: 'upstream-auth' } });
    expect(answer.text).not.toContain(SECRET);
    expect((await call('GET', '/upstreams/x')).status).toBe(404);
  });
});

describe('keys', () => {
  const models = (secret: string): Promise<Response> =>
    fetch(`${gateway.url}/v1/models`, { headers: { 'x-api-key': secret } });

  it('are shown once, limited, disabled and revoked', async () => {
    const made = await call('POST', '/keys', { name: 'limited', models: ['echo'] });
    expect(made.status).toBe(201);
    const { key, secret } = made.body as unknown as { key: { id: string; prefix: string }; secret: string };
    expect(secret.startsWith(key.prefix)).toBe(true);
    expect((await call('GET', `/keys/${key.id}`)).text).not.toContain(secret);
    const state = await readFile(join(gateway.folder, 'state.json'), 'utf8');
    expect(state).not.toContain(secret);
    const listed = (await (await models(secret)).json()) as { data: readonly { id: string }[] };
    expect(listed.data.map(({ id }) => id)).toEqual(['echo']);
    await call('PATCH', `/keys/${key.id}`, { enabled: false });
    expect((await models(secret)).status).toBe(401);
    await call('PATCH', `/keys/${key.id}`, {
      enabled: true,
      models: null,
      expiresAt: '2020-01-01T00:00:00Z',
    });
    expect((await models(secret)).status).toBe(401);
    await call('PATCH', `/keys/${key.id}`, { expiresAt: null });
    expect((await models(secret)).status).toBe(200);
    expect((await call('DELETE', `/keys/${key.id}`)).status).toBe(204);
    expect((await models(secret)).status).toBe(401);
  });
});

describe('access', () => {
  const token = (): string => new URL(gateway.gateway.signInLink()).hash.slice('#token='.length);
  const csrf = { 'x-dragoman-csrf': '1' };

  it('needs a token or a session everywhere but at the door', async () => {
    for (const path of ['/upstreams', '/keys', '/about', '/settings', '/models', '/providers', '/session']) {
      expect((await call('GET', path, undefined, {})).status).toBe(401);
    }
    expect((await call('GET', '/openapi.json', undefined, {})).status).toBe(200);
    expect((await call('GET', '/nothing')).status).toBe(404);
  });

  it('is given by a link once, in a cookie that scripts cannot read', async () => {
    const link = token();
    const first = await call('POST', '/session', { token: link }, csrf);
    const cookie = first.headers.get('set-cookie') ?? '';
    expect(cookie).toMatch(/httponly/i);
    expect(cookie).toMatch(/samesite=strict/i);
    const session = { cookie: cookie.split(';')[0] ?? '' };
    expect((await call('GET', '/about', undefined, session)).status).toBe(200);
    expect((await call('POST', '/session', { token: link }, csrf)).status).toBe(401);
    // The cookie alone changes nothing: another site could make the browser send it.
    expect((await call('POST', '/keys', { name: 'x' }, session)).status).toBe(403);
    const foreign = { ...session, ...csrf, origin: 'https://evil.example' };
    expect((await call('POST', '/keys', { name: 'x' }, foreign)).status).toBe(403);
    expect((await call('POST', '/keys', { name: 'x' }, { ...session, ...csrf })).status).toBe(201);
    expect((await call('POST', '/sign-in-links', undefined, { ...session, ...csrf })).status).toBe(403);
    expect((await call('DELETE', '/session', undefined, { ...session, ...csrf })).status).toBe(204);
    expect((await call('GET', '/about', undefined, session)).status).toBe(401);
  });

  it('is given by the password that was set', async () => {
    expect((await call('POST', '/session', { password: 'correct horse' }, csrf)).status).toBe(401);
    expect((await call('PATCH', '/settings', { adminPassword: 'correct horse' })).body).toMatchObject({
      adminPassword: { set: true },
    });
    expect((await call('POST', '/session', { password: 'correct horse' }, csrf)).status).toBe(200);
  });

  it('limits wrong passwords of an address, and never an admin token', async () => {
    const guess = () => call('POST', '/session', { password: 'a guess' }, csrf);
    for (let count = 0; count < 10; count++) expect((await guess()).status).toBe(401);
    const refused = await guess();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const wrong = { authorization: 'Bearer wrong-token' };
    for (let count = 0; count < 20; count++)
      expect((await call('GET', '/about', undefined, wrong)).status).toBe(401);
    expect((await call('GET', '/about')).status).toBe(200);
  });
});

describe('the OpenAPI document', () => {
  /** Knows the document, and compiles what a pointer of it names. */
  async function schemas() {
    const document = (await call('GET', '/openapi.json', undefined, {})).body as unknown as Document;
    const ajv = addFormats.default(new Ajv2020({ strict: false }));
    ajv.addSchema(document, 'admin');
    const pointer = (steps: readonly string[]): string =>
      steps
        .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
        .join('');
    return {
      document,
      compile: (...steps: string[]) => ajv.compile({ $ref: `admin#${pointer(steps)}` }),
    };
  }

  interface Document {
    readonly paths: Record<
      string,
      Record<string, { requestBody?: Content; responses: Record<string, Content> }>
    >;
  }
  interface Content {
    readonly content?: object;
  }
  const SCHEMA = ['content', 'application/json', 'schema'] as const;

  it('has schemas that compile', async () => {
    const { document, compile } = await schemas();
    let count = 0;
    for (const [path, methods] of Object.entries(document.paths)) {
      for (const [method, { requestBody, responses }] of Object.entries(methods)) {
        if (requestBody) compile('paths', path, method, 'requestBody', ...SCHEMA);
        for (const [status, { content }] of Object.entries(responses)) {
          if (content) compile('paths', path, method, 'responses', status, ...SCHEMA);
          count++;
        }
      }
    }
    expect(count).toBeGreaterThan(50);
  });

  it('is true of what is answered', async () => {
    const { compile } = await schemas();
    expect((await addUpstream()).status).toBe(201);
    for (const path of ['/upstreams', '/keys', '/about', '/providers', '/models', '/settings', '/session']) {
      const isValid = compile('paths', path, 'get', 'responses', '200', ...SCHEMA);
      const { body } = await call('GET', path);
      expect(isValid(body), `${path}: ${JSON.stringify(isValid.errors)}`).toBe(true);
      expect(isValid({ other: 1 })).toBe(false);
    }
    const isError = compile('paths', '/keys', 'post', 'responses', '400', ...SCHEMA);
    expect(isError((await call('POST', '/keys', { name: 1 })).body)).toBe(true);
  });

  it('takes for a request what the gateway takes', async () => {
    const { compile } = await schemas();
    const isInput = compile('paths', '/upstreams', 'post', 'requestBody', ...SCHEMA);
    for (const input of [
      { id: 'a', provider: 'openai' },
      { id: 'a', provider: 'openai', wrong: 1 },
      { id: 'a' },
    ]) {
      const { body } = await call('POST', '/upstreams', input);
      const { issues = [] } = (body['error'] ?? {}) as { issues?: readonly { path: string }[] };
      const isRefused = issues.some(({ path }) => !path.startsWith('options'));
      expect(isInput(input), JSON.stringify(isInput.errors)).toBe(!isRefused);
    }
  });
});
