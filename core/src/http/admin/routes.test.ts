import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_TOKEN, type RunningAdmin, startAdmin } from '../../../../tests/support/admin.ts';

let admin: RunningAdmin;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

const bearer = { authorization: `Bearer ${LOCAL_TOKEN}` };

describe('the admin API', () => {
  it('lets nobody in but at the door', async () => {
    const open: string[] = [];
    for (const route of admin.routes) {
      const [method = '', path = ''] = route.split(' ');
      if (path.includes('*')) continue;
      const { status } = await admin.call(method, path.slice('/admin/api/v1'.length), undefined, {});
      if (status !== 401) open.push(`${route}: ${status}`);
    }
    // Signing in is refused for want of a body, or of the header that other sites cannot send.
    expect(open).toEqual(['POST /admin/api/v1/session: 400', 'GET /admin/api/v1/openapi.json: 200']);
  });

  it('authenticates before it looks at the body', async () => {
    expect((await admin.call('POST', '/keys', '{', {})).status).toBe(401);
  });

  it('answers what is not there, and what it cannot do there, in its own envelope', async () => {
    for (const [method, path] of [
      ['GET', '/nothing'],
      ['DELETE', '/about'],
      ['GET', '/upstreams/%zz'],
    ] as const) {
      expect(await admin.call(method, path)).toMatchObject({
        status: 404,
        body: { error: { code: 'not-found' } },
      });
    }
  });

  it('is never cached', async () => {
    for (const path of ['/about', '/nothing', '/openapi.json'])
      expect((await admin.call('GET', path)).headers.get('cache-control')).toBe('no-store');
  });

  it.each([
    ['not JSON', '{"name":', 'application/json', 'invalid'],
    ['a list', '[]', 'application/json', 'invalid'],
    ['a text', '"x"', 'application/json', 'invalid'],
    ['of another type', '{"name":"k"}', 'text/plain', 'invalid'],
    ['a form', 'name=k', 'application/x-www-form-urlencoded', 'invalid'],
    ['too large', JSON.stringify({ name: 'x'.repeat(1024 * 1024) }), 'application/json', 'too-large'],
  ])('refuses a body that is %s', async (_, body, type, code) => {
    const answer = await admin.call('POST', '/keys', body, { ...bearer, 'content-type': type });
    expect(answer).toMatchObject({ status: code === 'too-large' ? 413 : 400, body: { error: { code } } });
    expect(admin.deps.keys.list()).toEqual([]);
  });

  it('names everything that is wrong with a body, and repeats none of its values', async () => {
    const answer = await admin.call('POST', '/keys', {
      nam: 'sk-secret',
      models: 'sk-secret',
      enabled: 'sk-secret',
    });
    expect(answer.text).not.toContain('sk-secret');
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid', message: 'Invalid request body.' } },
    });
    const { issues } = (answer.body as { error: { issues: { path: string; message: string }[] } }).error;
    expect(issues.map(({ path }) => path).toSorted()).toEqual(['enabled', 'models', 'nam', 'name']);
    expect(issues.find(({ path }) => path === 'nam')?.message).toContain('did you mean name?');
  });

  it('refuses a query before anything is done or recorded', async () => {
    const answer = await admin.call('GET', '/traces/export?format=xml');
    expect(answer).toMatchObject({
      status: 400,
      body: { error: { code: 'invalid', message: 'Invalid query.', issues: [{ path: 'format' }] } },
    });
    expect((await admin.deps.audit.list({ limit: 10 })).entries).toEqual([]);
  });

  it('hides why it failed', async () => {
    admin.deps.state.update = () => Promise.reject(new Error('ENOSPC: /secret/path'));
    const answer = await admin.call('POST', '/keys', { name: 'k' });
    expect(answer.status).toBe(500);
    expect(answer.body).toEqual({ error: { code: 'internal', message: 'Internal error.' } });
  });
});

describe('about', () => {
  it('tells the version and the address for clients', async () => {
    expect((await admin.call('GET', '/about')).body).toEqual({
      name: 'Dragoman',
      version: '1.2.3',
      node: process.version,
      baseUrl: `${admin.url}/v1`,
      hasOwnConsole: false,
      configFile: null,
      pluginApi: 1,
    });
  });
});

describe('plugins', () => {
  it('show what they contribute and what went wrong in them', async () => {
    const birds = {
      ...{ name: 'birds', version: null, apiVersion: null, providers: ['parrot', 'owl'] },
      ...{ protocols: [], hooks: [], toolFormats: [], observes: false, countsTokens: false },
    };
    const answer = async () => (await admin.call('GET', '/plugins')).body;
    expect(await answer()).toEqual([{ ...birds, state: 'ok', errors: 0, lastError: null }]);
    const last = { at: Date.UTC(2026, 10, 30), message: 'It fell off.', upstream: 'pet' };
    admin.deps.pluginFaults.of = (name) => (name === 'birds' ? { count: 3, last } : undefined);
    const lastError = { ...last, at: '2026-11-30T00:00:00.000Z' };
    expect(await answer()).toEqual([{ ...birds, state: 'failing', errors: 3, lastError }]);
  });
});

describe('providers', () => {
  it('show the form of their options with its secrets marked', async () => {
    const [parrot] = (await admin.call('GET', '/providers')).body as readonly {
      options: { properties: unknown };
    }[];
    expect(parrot).toMatchObject({ name: 'parrot', title: 'Parrot', description: 'Says its word.' });
    expect(parrot?.options).toMatchObject({ type: 'object', required: ['word'] });
    expect(parrot?.options.properties).toEqual({
      word: { type: 'string', minLength: 1, title: 'Word' },
      pitch: expect.objectContaining({ type: 'integer', default: 1 }),
      apiKey: { type: 'string', title: 'API key', writeOnly: true, 'x-secret': true },
    });
  });
});
