import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw } from '../support/raw-request.ts';

describe('what a key made at an upstream, by another upstream of the same account', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let alice: string;
  let bob: string;
  beforeAll(async () => {
    upstream = await startMockUpstream();
  });
  afterAll(() => upstream.close());
  beforeEach(async () => {
    upstream.reset();
    const { port } = new URL(upstream.url);
    const bases = { up: upstream.url, second: upstream.url, alias: `http://localhost:${port}` };
    gateway = await startGateway({
      upstreams: Object.entries(bases).map(([id, base]) => ({
        ...{ id, provider: 'openai', models: { list: ['m'] } },
        options: { apiKey: 'k', baseUrl: `${base}/v1`, wire: 'auto' },
      })),
    });
    alice = await gateway.createKey({ name: 'alice', relay: 'all' });
    bob = await gateway.createKey({ name: 'bob', relay: 'all' });
    upstream.reply({ body: { id: 'file-a', object: 'file' } });
    await ask(alice, { path: '/v1/files', at: 'up', json: {} });
    upstream.reply({ body: { id: 'resp_a', object: 'response', status: 'completed', output: [] } });
    await ask(alice, { path: '/v1/responses', json: { model: 'up/m', input: 'x' } });
  });
  afterEach(() => gateway.close());

  interface Call {
    readonly path: string;
    readonly at?: string;
    readonly json?: object;
  }

  const ask = (key: string, { path, at, json }: Call): Promise<RawReply> =>
    sendRaw(gateway.url, {
      ...{ method: json ? 'POST' : 'GET', path },
      headers: {
        ...{ authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(at && { 'x-dragoman-upstream': at }),
      },
      ...(json && { body: JSON.stringify(json) }),
    });

  describe.each(['up', 'second', 'alias'])('%s', (at) => {
    it.each<Call>([
      { path: '/v1/files/file-a/content', at },
      { path: '/v1/responses/resp_a', at },
      { path: '/v1/responses', json: { model: `${at}/m`, input: 'x', previous_response_id: 'resp_a' } },
      { path: '/v1/batches', at, json: { input_file_id: 'file-a' } },
    ])('is not there for others: $path', async (call) => {
      const before = upstream.calls.length;
      expect((await ask(bob, call)).status).toBe(404);
      expect(upstream.calls.length).toBe(before);
    });

    it('is there for its owner', async () => {
      upstream.reply({ body: {} });
      expect((await ask(alice, { path: '/v1/files/file-a/content', at })).status).toBe(200);
    });

    it('is left out of the lists of others', async () => {
      upstream.handle('/v1/files', () => ({ body: { data: [{ id: 'file-a' }, { id: 'file-old' }] } }));
      const { body } = await ask(bob, { path: '/v1/files', at });
      expect(JSON.parse(body)).toEqual({ data: [{ id: 'file-old' }] });
    });
  });
});
