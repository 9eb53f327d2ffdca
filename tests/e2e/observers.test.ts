import { createHmac } from 'node:crypto';
import { definePlugin } from '@dragoman/plugin';
import { notify } from '@dragoman/plugin-notify';
import { openai } from '@dragoman/plugin-openai';
import { otel } from '@dragoman/plugin-otel';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeClock } from '../support/candidates.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let listener: MockUpstream;
let gateway: RunningGateway | undefined;
beforeEach(async () => {
  [upstream, listener] = [await startMockUpstream(), await startMockUpstream()];
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  await Promise.all([upstream.close(), listener.close()]);
});

const oneUpstream = (traces?: 'off') => [
  {
    ...{ id: 'one', provider: 'openai', models: { list: ['m'] }, ...(traces && { traces }) },
    options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' },
  },
];

async function chat({ url, key }: RunningGateway): Promise<void> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'a-private-prompt' }] }),
  });
  await response.text();
}

const fails = { status: 500, body: { error: { message: 'Wrong key sk-abcdefgh12345.', type: 'error' } } };

describe('notifications', () => {
  it('go to every channel when an upstream is down and when it is back, without secrets', async () => {
    for (const path of ['/hook', '/feishu']) listener.handle(path, () => ({ body: { code: 0 } }));
    gateway = await startGateway({
      plugins: [
        openai(),
        notify({
          downAfter: 2,
          channels: [
            { type: 'webhook', url: `${listener.url}/hook`, secret: 'shared' },
            { type: 'feishu', url: `${listener.url}/feishu`, secret: 'bot' },
            { type: 'matrix', homeserver: listener.url, room: '!r:example.org', token: 'matrix-token' },
            undefined,
          ],
        }),
      ],
      upstreams: oneUpstream(),
    });
    upstream.reply(fails, fails, fails, { body: openAiReply([{ text: ['Hi.'] }]) });
    for (let at = 0; at < 4; at++) await chat(gateway);
    await listener.waitForCall(6);

    const [hook] = listener.calls.filter(({ path }) => path === '/hook');
    expect(hook?.body).toMatchObject({
      kind: 'upstream-down',
      subject: 'one',
      at: expect.any(String) as string,
    });
    const signature = createHmac('sha256', 'shared')
      .update(hook?.rawBody ?? '')
      .digest('hex');
    expect(hook?.headers['x-dragoman-signature']).toBe(`sha256=${signature}`);

    const [feishu] = listener.calls.filter(({ path }) => path === '/feishu');
    const { timestamp, sign } = (feishu?.body ?? {}) as { readonly timestamp: string; readonly sign: string };
    expect(sign).toBe(createHmac('sha256', `${timestamp}\nbot`).digest('base64'));
    expect(feishu?.body).toMatchObject({ msg_type: 'text' });

    const matrix = listener.calls.filter(({ path }) => path.startsWith('/_matrix/'));
    expect(matrix[0]).toMatchObject({ method: 'PUT', headers: { authorization: 'Bearer matrix-token' } });
    expect(matrix[1]?.body).toMatchObject({ msgtype: 'm.text', body: 'The upstream one answers again.' });
    const told = listener.calls.map(({ rawBody }) => rawBody.toString()).join('\n');
    expect(told).toContain('Wrong key [redacted].');
    expect(told).not.toMatch(/sk-|a-private-prompt/);
  });

  it('are not repeated before their time, and delay no request', async () => {
    const clock = fakeClock();
    const slow = Promise.withResolvers<void>();
    listener.handle('/hook', async () => {
      await slow.promise;
      return { body: {} };
    });
    gateway = await startGateway({
      plugins: [
        openai(),
        notify({
          channels: [{ type: 'webhook', url: `${listener.url}/hook` }],
          errorRate: { leastRequests: 1, windowMs: 1 },
          intervalMs: 60_000,
        }),
      ],
      upstreams: oneUpstream(),
      surroundings: { clock, random: () => 0 },
    });
    upstream.reply(fails, { body: openAiReply([{ text: ['Hi.'] }]) }, fails);
    for (let at = 0; at < 3; at++) {
      await chat(gateway);
      clock.pass(10);
    }
    await listener.waitForCall(1);
    expect(listener.calls).toHaveLength(1);
    slow.resolve();
  });
});

describe('OpenTelemetry', () => {
  interface Span {
    readonly name: string;
    readonly kind: number;
    readonly spanId: string;
    readonly parentSpanId?: string;
    readonly attributes: readonly { readonly key: string; readonly value: object }[];
  }

  it('gets spans of requests and attempts, and metrics, when the gateway stops at the latest', async () => {
    for (const path of ['/v1/traces', '/v1/metrics']) listener.handle(path, () => ({ body: {} }));
    gateway = await startGateway({
      plugins: [openai(), otel({ endpoint: listener.url, headers: { 'x-collector-key': 'k' } })],
      upstreams: oneUpstream(),
    });
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    await chat(gateway);
    await gateway.close();
    gateway = undefined;

    const sent = (path: string) => listener.calls.filter((call) => call.path === path);
    const [traces] = sent('/v1/traces');
    expect(traces?.headers['x-collector-key']).toBe('k');
    const { resourceSpans } = (traces?.body ?? {}) as unknown as {
      readonly resourceSpans: readonly {
        readonly scopeSpans: readonly { readonly spans: readonly Span[] }[];
      }[];
    };
    const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
    const server = spans.find(({ kind }) => kind === 2);
    const client = spans.find(({ kind }) => kind === 3);
    expect(server).toMatchObject({ name: 'chat m' });
    expect(client?.parentSpanId).toBe(server?.spanId);
    expect(server?.attributes).toContainEqual({ key: 'gen_ai.usage.input_tokens', value: { intValue: 12 } });
    const [metrics] = sent('/v1/metrics');
    for (const name of ['gen_ai.server.request.duration', 'gen_ai.client.token.usage'])
      expect(metrics?.rawBody.toString()).toContain(name);
    const told = listener.calls.map(({ rawBody }) => rawBody.toString()).join('\n');
    expect(told).not.toMatch(/sk-|a-private-prompt/);
  });
});

describe('an observer', () => {
  it('may fail without anybody noticing, and learns nothing of what is off', async () => {
    const seen: string[] = [];
    const watcher = definePlugin(() => ({
      name: 'watcher',
      createObserver: () => ({
        observe: ({ id }: { readonly id: string }) => {
          seen.push(id);
          throw new Error('Broken.');
        },
      }),
    }));
    gateway = await startGateway({ plugins: [openai(), watcher()], upstreams: oneUpstream() });
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    await chat(gateway);
    expect(seen).toHaveLength(1);
    await gateway.close();

    gateway = await startGateway({
      plugins: [openai(), watcher()],
      upstreams: oneUpstream('off'),
      traces: { record: 'no-bodies' },
    });
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    await chat(gateway);
    expect(seen).toHaveLength(1);
  });
});
