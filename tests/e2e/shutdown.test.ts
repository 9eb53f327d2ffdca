import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { JsonObject } from '@dragoman/plugin';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { ConfigInput } from '../../core/src/config/define.ts';
import { traceQuerySchema } from '../../core/src/trace/query.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { openSqliteStore } from '../../core/src/trace/worker/sqlite/sqlite-store.ts';
import { systemClock } from '../../core/src/timing/clock.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

interface Pair {
  readonly gateway: RunningGateway;
  readonly upstream: MockUpstream;
  readonly delay: PromiseWithResolvers<void>;
}

async function start(server: ConfigInput['server']): Promise<Pair> {
  const upstream = await startMockUpstream();
  const delay = Promise.withResolvers<void>();
  const gateway = await startGateway({
    server: { port: 0, ...server },
    traces: { record: 'no-bodies' },
    surroundings: { clock: { ...systemClock, sleep: () => delay.promise } },
    upstreams: [
      { id: 'up', provider: 'openai', models: { list: ['m'] }, options: { baseUrl: `${upstream.url}/v1` } },
    ],
  });
  onTestFinished(async () => {
    await gateway.close();
    await upstream.close();
  });
  return { gateway, upstream, delay };
}

/** What is recorded, after the end of the gateway. */
async function tracesOf({ folder }: RunningGateway): Promise<readonly TraceRecord[]> {
  const store = await openSqliteStore(folder);
  const { traces } = await store.list(traceQuerySchema.parse({ limit: 100 }));
  await store.close();
  return traces;
}

const messages = [{ role: 'user', content: 'Hello' }];

describe('a request that outlives the grace', () => {
  it.each<{ readonly path: string; readonly body: JsonObject; readonly last: RegExp }>([
    {
      path: '/v1/chat/completions',
      body: { model: 'm', stream: true, messages },
      last: /data: \{"error":\{"message":"The gateway stopped.*"code":"interrupted"\}\}\n\n$/,
    },
    {
      path: '/v1/responses',
      body: { model: 'm', stream: true, input: 'Hello' },
      last: /data: \{"type":"response\.failed".*"message":"The gateway stopped.*\n\n$/,
    },
    {
      path: '/v1/messages',
      body: { model: 'm', stream: true, max_tokens: 100, messages },
      last: /event: error\ndata: \{"type":"error","error":\{"type":"api_error","message":"The gateway stopped.*\n\n$/,
    },
    {
      path: '/v1beta/models/m:streamGenerateContent?alt=sse',
      body: { contents: [{ role: 'user', parts: [{ text: 'Hello' }] }] },
      last: /"status":"UNAVAILABLE".*\s*$/s,
    },
  ])('is told so in its stream: $path', async ({ path, body, last }) => {
    const { gateway, upstream } = await start({ shutdownGraceMs: 50 });
    upstream.reply({ stream: openAiStream([{ text: ['Hel'] }]).slice(0, 2), hang: true });
    const response = await gateway.post(path, body);
    expect(response.status).toBe(200);
    const text = response.text();
    await gateway.gateway.close();
    expect(await text).toMatch(last);
    await upstream.lastCall.aborted;
    expect(await tracesOf(gateway)).toMatchObject([
      { outcome: 'interrupted', errorKind: 'interrupted', status: 200, attempts: [{ upstream: 'up' }] },
    ]);
    for (const { attempts } of await tracesOf(gateway))
      for (const { error } of attempts) expect([undefined, 'interrupted']).toContain(error?.kind);
  });

  it('is answered with 503 where nothing was sent yet', async () => {
    const { gateway, upstream } = await start({ shutdownGraceMs: 50 });
    upstream.reply({ hang: 'headers' });
    const pending = gateway.post('/v1/chat/completions', { model: 'm', messages });
    await upstream.waitForCall(1);
    await gateway.gateway.close();
    const response = await pending;
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: 'interrupted' } });
    expect(await tracesOf(gateway)).toMatchObject([
      { outcome: 'interrupted', status: 503, attempts: [{ error: { kind: 'interrupted' } }] },
    ]);
  });

  it('is answered with 503 while it still arrives', async () => {
    const { gateway } = await start({ shutdownGraceMs: 50 });
    const sent = request(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.key}`,
        'content-length': 1000,
        expect: '100-continue',
      },
    });
    sent.flushHeaders();
    await once(sent, 'continue');
    sent.write('{"model":');
    const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
    await gateway.gateway.close();
    const [response] = await answered;
    expect(response.statusCode).toBe(503);
  });
});

describe('a stop', () => {
  it('shows in /readyz first, while requests are still taken', async () => {
    const { gateway, upstream, delay } = await start({ shutdownDelayMs: 5_000 });
    const closed = gateway.gateway.close();
    const ready = await fetch(`${gateway.url}/readyz`, { headers: { connection: 'close' } });
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ status: 'stopping' });
    upstream.reply({ body: openAiReply([{ text: ['Hi'] }]) });
    const response = await gateway.post(
      '/v1/chat/completions',
      { model: 'm', messages },
      {
        headers: { connection: 'close' },
      },
    );
    expect(response.status).toBe(200);
    await response.text();
    delay.resolve();
    await closed;
    await expect(fetch(`${gateway.url}/readyz`)).rejects.toThrow();
  });

  it('does not wait for readers of the live traces', async () => {
    const { gateway } = await start({ shutdownGraceMs: 60_000 });
    const tail = await fetch(`${gateway.url}/admin/api/v1/traces/tail`, {
      headers: { authorization: `Bearer ${gateway.adminToken}` },
    });
    const text = tail.text();
    await gateway.gateway.close();
    expect(await text).toContain('following');
  });
});

describe('a client that left', () => {
  it('has status 499 where it got none, and keeps the status that it got', async () => {
    const { gateway, upstream } = await start({});
    const before = new AbortController();
    upstream.reply({ hang: 'headers' });
    const pending = gateway.post('/v1/chat/completions', { model: 'm', messages }, { signal: before.signal });
    await upstream.waitForCall(1);
    before.abort();
    await expect(pending).rejects.toThrow();
    await upstream.lastCall.aborted;

    const middle = new AbortController();
    upstream.reply({ stream: openAiStream([{ text: ['Hel'] }]).slice(0, 2), hang: true });
    await gateway.post(
      '/v1/chat/completions',
      { model: 'm', stream: true, messages },
      { signal: middle.signal },
    );
    middle.abort();
    await upstream.lastCall.aborted;
    await gateway.gateway.close();
    const traces = await tracesOf(gateway);
    expect(traces.toSorted((a, b) => a.status - b.status)).toMatchObject([
      { status: 200, outcome: 'aborted', ip: '127.0.0.1' },
      { status: 499, outcome: 'aborted', ip: '127.0.0.1' },
    ]);
  });
});
