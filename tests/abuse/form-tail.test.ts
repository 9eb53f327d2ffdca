import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

describe('ids in a form that is sent on while it is read', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let alice: string;
  let bob: string;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1` };
    gateway = await startGateway({
      server: { bodyLimit: 300_000 },
      upstreams: [{ id: 'up', provider: 'openai', models: { list: ['m'] }, options }],
    });
    alice = await gateway.createKey({ name: 'alice', relay: 'all' });
    bob = await gateway.createKey({ name: 'bob', relay: 'all' });
    upstream.reply({ body: { id: 'file-a' } });
    await gateway.post('/v1/files', {}, { key: alice });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const send = (key: string, form: FormData): Promise<Response> =>
    fetch(`${gateway.url}/v1/containers/c/files`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body: form,
    });

  it.each([
    ['behind the model', { model: 'm', file: 200_000 }],
    ['behind the model and all that is read before', { model: 'm', file: 900_000 }],
    ['behind all that is read before', { file: 900_000 }],
    ['behind a long text', { text: 900_000 }],
  ])('are not there for other keys: %s', async (_, fields) => {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) {
      if (typeof value === 'string') form.set(name, value);
      else if (name === 'file') form.set(name, new Blob(['x'.repeat(value)]), 'x');
      else form.set(name, 'x'.repeat(value));
    }
    form.set('file_id', 'file-a');
    form.set('purpose', 'x');
    const calls = upstream.calls.length;
    const refused = await send(bob, form);
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({ error: { code: 'not_found' } });
    expect(upstream.calls.length).toBe(calls);

    upstream.reply({ body: { id: 'file-a' } });
    expect((await send(alice, form)).status).toBe(200);
    expect(upstream.lastCall.rawBody.includes('file-a')).toBe(true);
  });
});
