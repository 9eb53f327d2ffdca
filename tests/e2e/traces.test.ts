import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { tokensPerSecond } from '../../core/src/trace/speed.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockUpstream,
  openAiBrokenStream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const SECRET = 'a-private-prompt-that-must-not-be-kept';

let upstream: MockUpstream;
let gateway: RunningGateway;
let client: OpenAI;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    traces: { record: 'no-bodies' },
    routing: { policy: 'order', retry: { repeats: 1, baseMs: 1 } },
    prices: { m: { input: 1_000, output: 2_000 } },
    aliases: [
      { name: 'back', candidates: [{ upstream: 'one', model: 'm' }], fallbacks: { default: ['two/m'] } },
    ],
    upstreams: [
      ...['one', 'two'].map((id) => ({
        id,
        provider: 'openai',
        models: { list: ['m'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' },
      })),
      {
        id: 'closed',
        provider: 'openai',
        models: { list: ['nowhere'] },
        options: { baseUrl: 'http://127.0.0.1:9/v1', apiKey: 'sk-upstream-secret' },
      },
    ],
  });
  client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
});
beforeEach(async () => {
  upstream.reset();
  await gateway.admin('DELETE', '/traces');
  await gateway.admin('POST', '/upstreams/one/resume');
  await gateway.admin('POST', '/upstreams/two/resume');
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const list = async (query = ''): Promise<readonly TraceRecord[]> =>
  (await gateway.admin<{ readonly traces: readonly TraceRecord[] }>('GET', `/traces${query}`)).traces;

const request = { model: 'm', messages: [{ role: 'user' as const, content: SECRET }] };
const refused = (status: number, headers = {}) => ({
  status,
  headers,
  body: { error: { message: 'No.', type: 'error' } },
});

describe('a trace', () => {
  it('tells who asked for what, who answered, how long it took and what it cost', async () => {
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]), headers: { 'x-request-id': 'theirs' } });
    const { response } = await client.chat.completions
      .create({ ...request, ...({ thread_id: 't1' } as object) })
      .withResponse();
    const [trace] = await list();
    expect(trace).toEqual({
      id: response.headers.get('x-request-id'),
      startedAt: expect.any(Number) as number,
      ms: expect.any(Number) as number,
      ...{
        method: 'POST',
        path: '/v1/chat/completions',
        protocol: 'openai-chat',
        status: 200,
        outcome: 'ok',
      },
      ...{ ip: '127.0.0.1', userAgent: expect.stringContaining('OpenAI/JS') as string },
      ...{ keyId: expect.any(String) as string, keyName: 'first key' },
      bodies: 'gateway',
      ...{ model: 'm', thread: 't1', upstream: 'one', upstreamModel: 'm' },
      ...{ ttftMs: expect.any(Number) as number, overheadMs: expect.any(Number) as number },
      ...{ inputTokens: 12, cachedTokens: 4, outputTokens: 7, reasoningTokens: 2 },
      tokensPerSecond: trace && tokensPerSecond(trace),
      cost: expect.closeTo(0.026) as number,
      attempts: [
        {
          ...{
            upstream: 'one',
            model: 'm',
            name: 'm',
            reason: 'first',
            status: 200,
            upstreamRequestId: 'theirs',
          },
          ...{ queuedMs: expect.any(Number) as number, startMs: expect.any(Number) as number },
          ...{ sentMs: expect.any(Number) as number, connectedMs: expect.any(Number) as number },
          headersMs: expect.any(Number) as number,
          ...{ firstMs: expect.any(Number) as number, endMs: expect.any(Number) as number },
        },
      ],
      dropped: [],
    });
    const [{ startMs, sentMs = 0, connectedMs = 0, headersMs = 0, firstMs = 0, endMs }] = (trace?.attempts ??
      []) as readonly [TraceRecord['attempts'][number]];
    const times = [0, startMs, sentMs, connectedMs, headersMs, firstMs, endMs, trace?.ms ?? 0];
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it('tells every attempt, and why it was made', async () => {
    upstream.reply(refused(500), refused(429, { 'retry-after': '1' }), {
      body: openAiReply([{ text: ['Hi.'] }]),
    });
    await client.chat.completions.create(request);
    const [trace] = await list();
    expect(trace?.attempts).toMatchObject([
      { upstream: 'one', reason: 'first', status: 500, error: { kind: 'upstream-broken' } },
      { upstream: 'two', reason: 'next', status: 429, error: { kind: 'rate-limit', retryAfterMs: 1000 } },
      { upstream: 'one', reason: 'repeat', status: 200 },
    ]);
    expect(trace).toMatchObject({ upstream: 'one', outcome: 'ok' });
  });

  it('tells an attempt that got no connection', async () => {
    await client.chat.completions.create({ ...request, model: 'nowhere' }).catch(() => {});
    const [attempt] = (await list())[0]?.attempts ?? [];
    expect(attempt).toMatchObject({
      sentMs: expect.any(Number) as number,
      error: { kind: 'upstream-unreachable' },
    });
    expect(attempt).not.toHaveProperty('connectedMs');
  });

  it('tells a fallback by its name', async () => {
    upstream.reply(refused(401), { body: openAiReply([{ text: ['Hi.'] }]) });
    await client.chat.completions.create({ ...request, model: 'back' });
    expect((await list())[0]).toMatchObject({
      ...{ model: 'back', upstream: 'two' },
      attempts: [
        { upstream: 'one', name: 'back', error: { kind: 'upstream-auth' } },
        { upstream: 'two', name: 'two/m', reason: 'first' },
      ],
    });
  });

  it('tells failures: of the client, of an upstream, and in the middle of a stream', async () => {
    await client.chat.completions.create({ ...request, model: 'nobody' }).catch(() => {});
    upstream.reply(refused(400));
    await client.chat.completions.create(request).catch(() => {});
    upstream.reply({ stream: openAiBrokenStream([{ text: ['Hal'] }]) });
    const stream = await client.chat.completions.create({ ...request, stream: true });
    await (async () => {
      for await (const _ of stream) void _;
    })().catch(() => {});
    const [broken, invalid, missing] = await list();
    expect(missing).toMatchObject({ status: 404, outcome: 'error', errorKind: 'not-found', attempts: [] });
    expect(invalid).toMatchObject({
      status: 400,
      errorKind: 'invalid',
      attempts: [{ error: { kind: 'invalid' } }],
    });
    expect(broken).toMatchObject({
      status: 200,
      outcome: 'error',
      attempts: [{ firstMs: expect.any(Number) as number }],
    });
  });

  it('tells a client that went away, and one that has no key', async () => {
    upstream.reply({ hang: 'headers' });
    const controller = new AbortController();
    const gone = client.chat.completions.create(request, { signal: controller.signal });
    const call = await upstream.waitForCall(1);
    controller.abort();
    await expect(gone).rejects.toThrow();
    await call.aborted;
    await fetch(`${gateway.url}/v1/chat/completions`, { method: 'POST', body: '{}' });
    const [stranger, aborted] = await list();
    expect(aborted).toMatchObject({ outcome: 'aborted', attempts: [{ error: { kind: 'cancelled' } }] });
    expect(stranger).toMatchObject({ status: 401, outcome: 'refused', refused: 'no-key', errorKind: 'auth' });
    expect(stranger).not.toHaveProperty('keyId');
  });

  it('is there while a long request runs, and whole when it ends', async () => {
    const held = Promise.withResolvers<void>();
    upstream.reply({
      stream: (async function* () {
        yield* openAiStream([{ text: ['Hi'] }]).slice(0, 2);
        await held.promise;
        yield* openAiStream([{ text: ['Hi'] }]).slice(2);
      })(),
    });
    const stream = await client.chat.completions.create({ ...request, stream: true });
    const running = await tailUntil(({ outcome }) => outcome === 'running');
    expect(running).toMatchObject({ model: 'm', upstream: 'one' });
    expect(await list('?outcome=running')).toHaveLength(1);
    held.resolve();
    for await (const _ of stream) void _;
    const [whole] = await list();
    expect(whole).toMatchObject({ id: running.id, outcome: 'ok' });
    const { ms = 0, ttftMs = 0, outputTokens = 0 } = whole ?? {};
    expect(whole?.tokensPerSecond).toBeCloseTo(outputTokens / ((ms - ttftMs) / 1000));
  });

  it('holds no prompt, no answer and no secret', async () => {
    upstream.reply({ body: openAiReply([{ text: ['an-answer'] }]) });
    await client.chat.completions.create(request);
    const text = JSON.stringify(await list());
    for (const kept of [SECRET, 'an-answer', gateway.key, 'sk-upstream-secret'])
      expect(text).not.toContain(kept);
  });
});

/** Follows the traces until one fits. */
async function tailUntil(fits: (trace: TraceRecord) => boolean): Promise<TraceRecord> {
  const response = await fetch(`${gateway.url}/admin/api/v1/traces/tail`, {
    headers: { authorization: `Bearer ${gateway.adminToken}` },
  });
  const reader = response.body?.getReader();
  let text = '';
  for (;;) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) break;
    text += Buffer.from(value as Uint8Array).toString();
    const told = [...text.matchAll(/^data: (.+)$/gm)].map(([, data = '']) => JSON.parse(data) as TraceRecord);
    const found = told.find(fits);
    if (!found) continue;
    await reader?.cancel();
    return found;
  }
  throw new Error('No such trace came.');
}

describe('the traces of the admin API', () => {
  beforeEach(async () => {
    upstream.reply(
      ...Array.from({ length: 3 }, () => ({ body: openAiReply([{ text: ['Hi.'] }]) })),
      refused(400),
    );
    for (let at = 0; at < 4; at += 1) await client.chat.completions.create(request).catch(() => {});
  });

  it('are found, counted, exported and removed', async () => {
    expect(await list('?outcome=error')).toHaveLength(1);
    expect(await list('?limit=2')).toHaveLength(2);
    const [trace] = await list();
    expect(await gateway.admin('GET', `/traces/${trace?.id}`)).toEqual(trace);
    expect(await gateway.admin('GET', '/traces/stats?by=outcome')).toMatchObject([
      { group: 'ok', requests: 3, outputTokens: 21, p50Ms: expect.any(Number) as number },
      { group: 'error', requests: 1, errors: 1 },
    ]);
    const exported = await fetch(`${gateway.url}/admin/api/v1/traces/export?outcome=ok`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const lines = (await exported.text()).trim().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual(await list('?outcome=ok'));
    expect(await gateway.admin('DELETE', '/traces?outcome=error')).toEqual({ removed: 1 });
    expect(await list()).toHaveLength(3);
  });

  it("refuse a query that makes no sense, and are nobody else's", async () => {
    expect(await gateway.admin('GET', '/traces?limit=0&colour=red')).toMatchObject({
      error: { issues: expect.arrayContaining([expect.objectContaining({ path: 'limit' })]) as object[] },
    });
    for (const path of ['/traces', '/traces/tail', '/traces/export', '/traces/stats']) {
      const response = await fetch(`${gateway.url}/admin/api/v1${path}`, {
        headers: { authorization: `Bearer ${gateway.key}` },
      });
      expect(response.status).toBe(401);
    }
  });
});
