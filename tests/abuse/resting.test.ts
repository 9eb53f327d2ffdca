import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

/** A key must not stop the chats of others by asking an upstream for what its credential may not do. */

const refused = (status: number, code = 'error'): MockReply => ({
  status,
  body: { error: { message: `No: ${status}.`, type: 'error', code } },
});

const REFUSALS: readonly (readonly [string, MockReply])[] = [
  ['401', refused(401)],
  ['402', refused(402)],
  ['403', refused(403)],
  ['429 of a quota', refused(429, 'insufficient_quota')],
  ['429', refused(429)],
  ['500', refused(500)],
  ['503', refused(503)],
];

interface Way {
  readonly path: string;
  readonly model: string;
  readonly at: string;
}

const WAYS: readonly Way[] = [
  { path: '/v1/images/generations', model: 'm', at: '/v1/images/generations' },
  { path: '/v1/images/generations', model: 'one/made-up', at: '/v1/images/generations' },
  { path: '/v1/images/generations', model: 'two/made-up', at: '/v1/images/generations' },
  { path: '/v1/unknown', model: 'm', at: '/v1/unknown' },
  { path: '/v1/embeddings', model: 'm', at: '/v1/embeddings' },
  { path: '/v1/messages/count_tokens', model: 'm', at: '/v1/messages/count_tokens' },
];

interface HealthRow {
  readonly upstream: string;
  readonly model: string;
  readonly operation: string;
  readonly state: string;
}

let upstream: MockUpstream;
let gateway: RunningGateway;
let attacker: string;
beforeEach(async () => {
  upstream = await startMockUpstream();
  upstream.handle('/v1/chat/completions', ({ body }) =>
    (body as { model: string }).model === 'm' ? { body: openAiReply([{ text: ['hi'] }]) } : refused(401),
  );
  const options = { apiKey: 'sk-upstream', baseUrl: `${upstream.url}/v1` };
  gateway = await startGateway({
    upstreams: ['one', 'two'].map((id) => ({ id, provider: 'openai', models: { list: ['m'] }, options })),
    aliases: [{ name: 'named', candidates: [{ model: 'unlisted', upstream: 'one' }, { model: 'm' }] }],
  });
  attacker = await gateway.createKey({ name: 'attacker', relay: 'all' });
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const chat = async (model = 'm'): Promise<number> => {
  const body = { model, messages: [{ role: 'user', content: 'hi' }] };
  const response = await gateway.post('/v1/chat/completions', body);
  await response.text();
  return response.status;
};
const attack = async (path: string, model: string): Promise<void> => {
  for (let count = 0; count < 10; count += 1) {
    const body = {
      model,
      prompt: 'x',
      input: 'x',
      max_tokens: 1,
      messages: [{ role: 'user', content: 'x' }],
    };
    const response = await gateway.post(path, body, { key: attacker });
    await response.text();
  }
};
const health = () => gateway.admin<readonly HealthRow[]>('GET', '/health');
const restingChats = async (): Promise<readonly HealthRow[]> =>
  (await health()).filter((row) => row.model === 'm' && row.operation === 'chat' && row.state !== 'closed');

describe.each(WAYS)('what $path of $model fails with', ({ path, model, at }) => {
  it.each(REFUSALS)('rests no upstream for chats: %s', async (_, reply) => {
    upstream.handle(at, () => reply);
    await attack(path, model);
    expect(await restingChats()).toEqual([]);
    expect(await chat()).toBe(200);
  });
});

describe('a model that an upstream does not list', () => {
  it('rests alone when it is refused', async () => {
    await attack('/v1/chat/completions', 'one/made-up');
    await attack('/v1/chat/completions', 'two/made-up');
    expect(await restingChats()).toEqual([]);
    expect(await chat()).toBe(200);
  });

  it('counts for the upstream where the config names it', async () => {
    await chat('named');
    expect((await restingChats()).map((row) => row.upstream)).toEqual(['one']);
  });
});

describe('relayed requests', () => {
  it('have a health for each path of the protocol, and one for all others', async () => {
    upstream.handle('/v1/images/generations', () => refused(401));
    upstream.handle('/v1/moderations', () => ({ body: { ok: true } }));
    await attack('/v1/images/generations', 'm');
    await attack('/v1/made-up', 'm');
    expect((await gateway.post('/v1/moderations', { model: 'm', input: 'x' })).status).toBe(200);
    const operations = new Set((await health()).map(({ operation }) => operation));
    expect([...operations].toSorted()).toEqual([
      'chat',
      'relay',
      'relay /v1/images/generations',
      'relay /v1/moderations',
    ]);
  });

  it('are paused and resumed with the rest of an upstream', async () => {
    upstream.handle('/v1/moderations', () => ({ body: { ok: true } }));
    const relay = async (): Promise<string | null> =>
      (await gateway.post('/v1/moderations', { model: 'm', input: 'x' })).headers.get('x-dragoman-upstream');
    await gateway.admin('POST', '/upstreams/one/pause', { seconds: 60 });
    expect([await relay(), await relay(), await relay()]).toEqual(['two', 'two', 'two']);
    await gateway.admin('POST', '/upstreams/one/resume');
    expect(new Set([await relay(), await relay()])).toEqual(new Set(['one', 'two']));
  });
});
