import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw } from '../support/raw-request.ts';

const ACCOUNT: readonly (readonly [string, string])[] = [
  ['GET', '/v1/files'],
  ['DELETE', '/v1/files/file-1'],
  ['GET', '/v1/files/file-1/content'],
  ['POST', '/v1/batches'],
  ['GET', '/v1/responses/resp_1'],
  ['POST', '/v1/responses/resp_1/cancel'],
  ['GET', '/v1/vector_stores'],
  ['POST', '/v1/fine_tuning/jobs'],
  ['GET', '/v1/organization/admin_api_keys'],
  ['GET', '/v1/images/generations'],
  ['POST', '/v1/images/generations/'],
  ['POST', '/v1/images%2fgenerations'],
  ['POST', '/v1/Images/Generations'],
  ['POST', '/v1/unknown'],
  ['GET', '/v1/files?model=m'],
];
const STATELESS = ['/v1/images/generations', '/v1/audio/speech', '/v1/moderations', '/v1/rerank'];

const messageOf = (text: string): unknown => expect.stringContaining(text);

describe("access to an upstream's account", () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1` };
    gateway = await startGateway({
      upstreams: [
        { id: 'up', provider: 'openai', models: { list: ['m'] }, options },
        { id: 'closed', provider: 'openai', models: { list: ['c'] }, relay: 'off', options },
        { id: 'half', provider: 'openai', models: { list: ['h'] }, relay: 'stateless', options },
      ],
    });
    for (const [, path] of ACCOUNT) upstream.handle(path.split('?')[0] ?? '', () => ({ body: { id: 'x' } }));
    for (const path of STATELESS) upstream.handle(path, () => ({ body: { ok: true } }));
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const send = (key: string, method: string, path: string, headers = {}): Promise<RawReply> =>
    sendRaw(gateway.url, {
      ...{ method, path },
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body: '{"input":"x"}' }),
    });

  it.each(ACCOUNT)('is no right of a new key: %s %s', async (method, path) => {
    const calls = upstream.calls.length;
    for (const key of [gateway.key, await gateway.createKey({ name: 'n' })]) {
      const { status, body } = await send(key, method, path);
      expect(status).toBe(403);
      expect(JSON.parse(body)).toMatchObject({
        error: { type: 'permission_error', code: 'relay_not_allowed' },
      });
      expect(body).toEqual(
        messageOf(
          `${method} ${path.split('?', 1)[0]} is not allowed for this key: it needs \`relay: 'all'\`.`,
        ),
      );
    }
    expect(upstream.calls.length).toBe(calls);
  });

  it.each(ACCOUNT)(
    'is no right of a key for certain models, whatever its level: %s %s',
    async (method, path) => {
      const key = await gateway.createKey({ name: 'n', relay: 'all', models: ['m'] });
      const { status, body } = await send(key, method, path);
      expect(status).toBe(403);
      expect(body).toEqual(messageOf(' for a key that is limited to certain models.'));
    },
  );

  it.each(ACCOUNT)('is the right of a key that has it: %s %s', async (method, path) => {
    const key = await gateway.createKey({ name: 'n', relay: 'all' });
    const calls = upstream.calls.length;
    await send(key, method, path);
    expect(upstream.calls.length).toBe(calls + 1);
  });

  it('is not needed for what leaves nothing there, unless a key relays nothing', async () => {
    const off = await gateway.createKey({ name: 'off', relay: 'off' });
    for (const path of STATELESS) {
      expect((await send(gateway.key, 'POST', path)).status).toBe(200);
      expect(await send(off, 'POST', path)).toMatchObject({
        status: 403,
        body: messageOf(`POST ${path} is not allowed for this key: it needs \`relay: 'stateless'\`.`),
      });
    }
  });

  it('is as narrow as the upstream says', async () => {
    const key = await gateway.createKey({ name: 'n', relay: 'all' });
    const status = async (id: string, method: string, path: string): Promise<number> =>
      (await send(key, method, path, { 'x-dragoman-upstream': id })).status;
    expect(await status('closed', 'POST', '/v1/moderations')).toBe(403);
    expect(await status('closed', 'GET', '/v1/files')).toBe(403);
    expect(await status('half', 'POST', '/v1/moderations')).toBe(200);
    expect(await status('half', 'GET', '/v1/files')).toBe(403);
    const { body } = await send(key, 'GET', '/v1/files', { 'x-dragoman-upstream': 'half' });
    expect(body).toEqual(messageOf("GET /v1/files is not allowed: its upstream needs `relay: 'all'`."));
    expect(await status('up', 'GET', '/v1/files')).toBe(200);
    const named = await send(key, 'POST', '/v1/moderations?model=c');
    expect(named.status).toBe(403);
  });

  it('is never chosen by a header', async () => {
    const key = await gateway.createKey({ name: 'n', relay: 'all' });
    const chosen = {
      'openai-organization': 'org-mine',
      'openai-project': 'proj-mine',
      'openai-beta': 'assistants=v2',
      'x-goog-user-project': 'p',
    };
    for (const path of ['/v1/files', '/v1/moderations']) {
      await send(key, path === '/v1/files' ? 'GET' : 'POST', path, chosen);
      const { headers } = upstream.lastCall;
      expect(headers).toMatchObject({ 'openai-beta': 'assistants=v2' });
      expect(JSON.stringify(headers)).not.toMatch(/mine|x-goog-user-project/);
    }
  });

  it('is given and taken by the admin API, and kept by a change of something else', async () => {
    const { key } = await gateway.admin<{ key: { id: string; relay: string } }>('POST', '/keys', {
      name: 'k',
    });
    expect(key.relay).toBe('stateless');
    const change = (body: object): Promise<{ relay: string }> =>
      gateway.admin('PATCH', `/keys/${key.id}`, body);
    expect(await change({ relay: 'all' })).toMatchObject({ relay: 'all' });
    expect(await change({ name: 'other' })).toMatchObject({ relay: 'all' });
    expect(await change({ relay: 'everything' })).toMatchObject({ error: { code: 'invalid' } });
  });

  it('is not what clients of another protocol ask for', async () => {
    const key = await gateway.createKey({ name: 'n', relay: 'all' });
    const anthropic = { 'anthropic-version': '2023-06-01', 'x-api-key': key };
    const calls = upstream.calls.length;
    for (const [method, path] of [
      ['GET', '/v1/files'],
      ['POST', '/v1/messages/batches'],
      ['POST', '/v1/moderations'],
    ] as const) {
      for (const one of [key, gateway.key]) {
        const { status, body } = await send(one, method, path, { ...anthropic, 'x-api-key': one });
        expect(status).toBe(404);
        expect(JSON.parse(body)).toMatchObject({ type: 'error', error: { type: 'not_found_error' } });
      }
    }
    const gemini = await send(key, 'GET', '/v1/files', { 'x-goog-api-key': key });
    expect(JSON.parse(gemini.body)).toMatchObject({ error: { code: 404, status: 'NOT_FOUND' } });
    const stranger = await sendRaw(gateway.url, {
      ...{ method: 'GET', path: '/v1/files', headers: { 'anthropic-version': '2023-06-01' } },
    });
    expect(stranger.status).toBe(401);
    expect(JSON.parse(stranger.body)).toMatchObject({ error: { type: 'authentication_error' } });
    expect(upstream.calls.length).toBe(calls);
  });
});
