import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
/** Reaches all that is relayed. */
let key: string;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    metrics: { enabled: true },
    upstreams: [
      { id: 'up', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' } },
      { id: 'gem', provider: 'gemini', options: { baseUrl: upstream.url, apiKey: 'sk-up' } },
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
    ],
  });
  key = await gateway.createKey({ name: 'all', relay: 'all' });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

type Headers = Readonly<Record<string, string>>;

const ask = (path: string, headers: Headers = {}, init: RequestInit = {}): Promise<Response> =>
  fetch(gateway.url + path, { headers: { authorization: `Bearer ${key}`, ...headers }, ...init });

const post = (path: string, body: object): Promise<Response> =>
  ask(path, {}, { method: 'POST', body: JSON.stringify(body) });

/** What a browser sends that `fetch` does not let a program set. */
async function askRaw(...lines: readonly string[]): Promise<string> {
  const { hostname, port } = new URL(gateway.url);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n`);
  return text(socket);
}

const POLICY = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
};

const MESSAGES = [{ role: 'user', content: 'x' }];

describe('every reply of a protocol route', () => {
  it.each<[string, () => Promise<Response>, number]>([
    ['a list of models', () => ask('/v1/models'), 200],
    ['a model', () => ask('/v1/models/echo'), 200],
    ['an answer', () => post('/v1/chat/completions', { model: 'echo', messages: MESSAGES }), 200],
    [
      'a stream',
      () => post('/v1/chat/completions', { model: 'echo', stream: true, messages: MESSAGES }),
      200,
    ],
    ['a count', () => post('/v1/messages/count_tokens', { model: 'echo', messages: MESSAGES }), 200],
    ['a refusal', () => ask('/v1/models', { authorization: 'Bearer no' }), 401],
    ['a broken request', () => ask('/v1/messages', {}, { method: 'POST', body: '{' }), 400],
    ['a wrong method', () => ask('/v1beta/models/echo:generateContent', {}, { method: 'PUT' }), 405],
    ['nothing', () => ask('/nowhere'), 404],
    [
      'the options of a path',
      () => ask('/v1beta/models/echo:generateContent', {}, { method: 'OPTIONS' }),
      200,
    ],
    ['the gateway itself', () => ask('/'), 200],
    ['its health', () => ask('/healthz'), 200],
  ])('forbids browsers to run it: %s', async (_, request, status) => {
    const response = await request();
    expect(response.status).toBe(status);
    expect(Object.fromEntries(response.headers)).toMatchObject(POLICY);
    await response.body?.cancel();
  });

  it('forbids it also of what is not even HTTP', async () => {
    expect(await askRaw('nonsense')).toContain('content-security-policy: sandbox');
  });

  it('leaves the console and the admin API their own policies', async () => {
    const admin = await fetch(`${gateway.url}/admin/api/v1/session`);
    expect(admin.headers.get('x-content-type-options')).toBe('nosniff');
    expect(admin.headers.get('cache-control')).toBe('no-store');
    expect(admin.headers.has('content-security-policy')).toBe(false);
  });

  it.each(['text/html', 'image/svg+xml', 'application/xhtml+xml', 'text/javascript', ''])(
    'makes a download of what browsers run, and hands the bytes on: %j',
    async (type) => {
      upstream.reply({
        rawBody: '<script>alert(1)</script>',
        headers: {
          ...(type && { 'content-type': type }),
          'content-disposition': 'inline; filename="a.html"',
        },
      });
      const response = await ask('/v1/files/f/content');
      expect(response.status).toBe(200);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        ...POLICY,
        'content-type': 'application/octet-stream',
        'content-disposition': 'attachment; filename="a.html"',
      });
      expect(await response.text()).toBe('<script>alert(1)</script>');
    },
  );
});

describe('a request of a browser that is no fetch()', () => {
  it.each([
    'document',
    'iframe',
    'frame',
    'embed',
    'object',
    'script',
    'style',
    'worker',
    'serviceworker',
    'image',
  ])('is refused on protocol routes: %s', async (destination) => {
    for (const path of ['/v1/models', '/v1/files/f/content', '/v1beta/models?key=x']) {
      const answer = await askRaw(
        `GET ${path} HTTP/1.1`,
        `host: ${new URL(gateway.url).host}`,
        `authorization: Bearer ${key}`,
        `sec-fetch-dest: ${destination}`,
      );
      expect(answer).toMatch(/^HTTP\/1\.1 403 /);
      expect(answer).toContain('"error"');
    }
    expect(upstream.calls).toEqual([]);
  });

  it('is answered when a script fetches, or when somebody looks at the gateway itself', async () => {
    const host = `host: ${new URL(gateway.url).host}`;
    const models = ['GET /v1/models HTTP/1.1', host, `authorization: Bearer ${key}`];
    expect(await askRaw(...models, 'sec-fetch-dest: empty')).toMatch(/^HTTP\/1\.1 200 /);
    for (const path of ['/', '/healthz', '/readyz'])
      expect(await askRaw(`GET ${path} HTTP/1.1`, host, 'sec-fetch-dest: document')).toMatch(
        /^HTTP\/1\.1 200 /,
      );
  });
});

describe('a key in the query', () => {
  it('signs in on the paths of Gemini only', async () => {
    const without = { authorization: '' };
    const query = `?key=${key}`;
    expect((await ask(`/v1/models${query}`, without)).status).toBe(401);
    expect((await ask(`/v1/files/f/content${query}`, without)).status).toBe(401);
    expect((await ask(`/v1beta/models${query}`, without)).status).toBe(200);
  });

  it.each(['key', '%6bey', 'K%45Y', 'api%5Fkey', 'access_token'])(
    'never goes on to an upstream, however it is spelt: %s',
    async (name) => {
      upstream.reply({ body: {} });
      await ask(`/v1/files?${name}=${key}&limit=2`);
      expect([...upstream.lastCall.query]).toEqual([['limit', '2']]);

      upstream.reply({ body: { candidates: [] } });
      const path = `/v1beta/models/gem%2Fm:generateContent?${name}=${key}&a=1`;
      await ask(path, { authorization: '', 'x-goog-api-key': key }, { method: 'POST', body: '{}' });
      expect([...upstream.lastCall.query]).toEqual([['a', '1']]);
    },
  );
});

describe('a path in another case', () => {
  it.each([
    '/ADMIN/api/v1/keys',
    '/admin/API/v1/keys',
    '/admin/api/V1/keys',
    '/admin/api/v1/KEYS',
    '/V1/models',
  ])('is none: %s', async (path) => {
    for (const authorization of ['', `Bearer ${gateway.adminToken}`, `Bearer ${key}`])
      expect((await ask(path, { authorization })).status).toBe(404);
  });

  it('is never answered without the policy of the admin API', async () => {
    for (const path of [
      '/admin/api/v1/keys',
      '/admin/api/v1/keys/',
      '/admin/api/v1/nothing',
      '/admin/api/v1/keys?x',
    ]) {
      const { headers } = await ask(path, { authorization: `Bearer ${gateway.adminToken}` });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });
});

describe('metrics without a token', () => {
  const scrape = (host: string, ...headers: readonly string[]): Promise<string> =>
    askRaw('GET /metrics HTTP/1.1', `host: ${host}`, ...headers);

  it('are shown to a process of this machine', async () => {
    const { host, port } = new URL(gateway.url);
    for (const name of [host, `localhost:${port}`])
      expect(await scrape(name, 'x-prometheus-scrape-timeout-seconds: 10')).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    'x-forwarded-for',
    'x-forwarded-host',
    'forwarded',
    'via',
    'x-real-ip',
    'x-client-ip',
    'x-cluster-client-ip',
    'cf-connecting-ip',
    'cf-ray',
    'true-client-ip',
    'fastly-client-ip',
    'x-original-forwarded-for',
    'x-envoy-external-address-client-ip',
    'x-remote-addr',
  ])('are not shown to whom a proxy asks for: %s', async (name) => {
    expect(await scrape(new URL(gateway.url).host, `${name}: 203.0.113.7`)).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('are not shown under a name that is not of this machine', async () => {
    expect(await scrape('rebound.example')).toMatch(/^HTTP\/1\.1 403 /);
  });
});

describe('two Host lines', () => {
  it.each(['/v1/models', '/healthz', '/admin/api/v1/session', '/console/'])(
    'are refused at %s',
    async (path) => {
      const answer = await askRaw(`GET ${path} HTTP/1.1`, 'Host: localhost', 'hOsT: evil.example');
      expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(answer).toContain('more than one Host');
    },
  );
});

describe('a reply of an upstream that breaks', () => {
  it('is cut for the client too, and does not wait for ever', async () => {
    upstream.reply({
      rawBody: 'x'.repeat(2_000_000),
      headers: { 'content-type': 'audio/mpeg' },
      cut: 1_500_000,
    });
    const response = await ask('/v1/audio/speech');
    await expect(response.arrayBuffer()).rejects.toThrow();
  });

  it('may bring headers that are odd', async () => {
    upstream.reply({
      body: {},
      headers: { 'openai-note': 'caf\u00e9', 'x-ratelimit-note': 'y'.repeat(8_000) },
    });
    const response = await ask('/v1/files');
    expect(response.headers.get('x-ratelimit-note')?.length).toBeLessThan(1_000);
    await response.body?.cancel();
  });
});
