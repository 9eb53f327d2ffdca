import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { defineHook, definePlugin } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { cache } from '@dragoman/plugin-cache';
import { gemini } from '@dragoman/plugin-gemini';
import { openai } from '@dragoman/plugin-openai';
import {
  type Frame,
  type MockReply,
  type MockUpstream,
  openAiError,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { createGateway, type Gateway } from '../../core/src/gateway.ts';
import { ASK_BY_SDK } from '../support/ask-by-sdk.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startMockUpstream();
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

let arrived: (() => void)[] = [];
/** Sees requests just before the cache does. */
const witness = defineHook({
  ...{
    name: 'witness',
    title: 'Witness',
    description: 'For tests.',
    order: 'pre',
    options: z.strictObject({}),
  },
  create: () => ({
    request(request) {
      arrived.shift()?.();
      return request;
    },
  }),
});

/** Resolves when the cache has this many requests more. */
function arrivals(count: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  arrived = Array.from({ length: count }, (_, index) => (index === count - 1 ? resolve : () => {}));
  return promise;
}

const plugins = [
  openai(),
  anthropic(),
  gemini(),
  cache(),
  definePlugin(() => ({ name: 'tests', hooks: [witness] }))(),
];
const upstreamsOf = ({ url }: MockUpstream): NonNullable<GatewayOptions['upstreams']> => [
  {
    id: 'one',
    provider: 'openai',
    models: { list: ['m'] },
    options: { baseUrl: `${url}/v1`, apiKey: 'sk-upstream-secret' },
  },
];

async function start(options: object = {}, more: Partial<GatewayOptions> = {}): Promise<RunningGateway> {
  return (gateway = await startGateway({
    plugins,
    upstreams: upstreamsOf(upstream),
    hooks: [
      { id: 'witness', hook: 'witness' },
      { id: 'answers', hook: 'cache', options },
    ] as never,
    ...more,
  }));
}

const said = (text: string): MockReply => ({ body: openAiReply([{ text: [text] }]) });
const streamed = (...texts: string[]): MockReply => ({ stream: openAiStream([{ text: texts }]) });
const question = { model: 'm', messages: [{ role: 'user', content: 'How are you?' }] };

interface Asking {
  readonly body?: object;
  readonly control?: string;
  readonly key?: string;
  readonly signal?: AbortSignal;
}

function ask({ body, control, key, signal }: Asking = {}): Promise<Response> {
  const headers = control === undefined ? {} : { 'x-dragoman-cache-control': control };
  return gateway.post(
    '/v1/chat/completions',
    { ...question, ...body },
    { headers, ...(key !== undefined && { key }), signal },
  );
}

const cacheOf = ({ headers }: Response): string | null => headers.get('x-dragoman-cache');

async function textOf(response: Response): Promise<unknown> {
  const body = (await response.json()) as { choices: { message: { content: string } }[] };
  return body.choices[0]?.message.content;
}

/** Whether the answer of a request came from the cache. */
async function isHit(asking: Asking = {}): Promise<boolean> {
  const response = await ask(asking);
  expect(response.status).toBe(200);
  await response.text();
  return cacheOf(response) === 'hit';
}

/** A stream that the test lets go on. */
function heldStream(texts: readonly string[]) {
  const gate = Promise.withResolvers<void>();
  const frames = openAiStream([{ text: texts }]);
  async function* stream(): AsyncGenerator<Frame> {
    for (const [index, frame] of frames.entries()) {
      if (index === 3) await gate.promise;
      yield frame;
    }
  }
  return { reply: { stream: stream() }, go: gate.resolve };
}

describe('the cache', () => {
  it('answers a second equal request without its upstream', async () => {
    await start();
    upstream.reply(said('Fine.'));
    const first = await ask();
    expect(cacheOf(first)).toBe('miss');
    const second = await ask({ body: { user: 'somebody' } });
    expect(cacheOf(second)).toBe('hit');
    expect(second.headers.get('x-dragoman-cache-age')).toMatch(/^\d+$/);
    expect(await second.json()).toEqual(await first.json());
    expect(upstream.calls).toHaveLength(1);
  });

  it('asks the upstream once for 100 equal requests at once', async () => {
    await start();
    const sent = Promise.withResolvers<void>();
    upstream.handle('/v1/chat/completions', async () => {
      await sent.promise;
      return said('Fine.');
    });
    const all = arrivals(100);
    const asked = Array.from({ length: 100 }, () => ask());
    await all;
    sent.resolve();
    const answered = await Promise.all(asked);
    expect(new Set(await Promise.all(answered.map(textOf)))).toEqual(new Set(['Fine.']));
    expect(answered.filter((one) => cacheOf(one) === 'miss')).toHaveLength(1);
    expect(upstream.calls).toHaveLength(1);
  });

  it('streams to all that wait, as the reply comes', async () => {
    await start();
    const { reply, go } = heldStream(['Fi', 'ne', '.', ' And you?']);
    upstream.reply(reply);
    const readers = await Promise.all(
      Array.from({ length: 5 }, async () => {
        const response = await ask({ body: { stream: true } });
        const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
        return { reader, first: (await reader?.read())?.value };
      }),
    );
    go();
    for (const { reader, first = '' } of readers) {
      let text = first;
      for (let step = await reader?.read(); step?.done === false; step = await reader?.read())
        text += step.value;
      expect(text).toContain('[DONE]');
      expect(text.match(/"content":"(Fi|ne|\.| And you\?)"/g)).toHaveLength(4);
    }
    expect(upstream.calls).toHaveLength(1);
  });

  it('replays a stream as a stream, piece by piece', async () => {
    await start();
    upstream.reply(streamed('Fi', 'ne', '.'));
    const body = { stream: true, stream_options: { include_usage: true } };
    const first = await (await ask({ body })).text();
    const again = await ask({ body });
    expect(cacheOf(again)).toBe('hit');
    expect(again.headers.get('content-type')).toContain('text/event-stream');
    expect(await again.text()).toBe(first);
  });

  it.each(Object.entries(ASK_BY_SDK))('serves the SDK for %s, streamed and whole', async (_, askBySdk) => {
    await start();
    upstream.reply(streamed('Fi', 'ne.'));
    for (const stream of [true, true, false]) expect(await askBySdk({ ...gateway, stream })).toBe('Fine.');
    expect(upstream.calls).toHaveLength(1);
  });

  it.each([
    ['chat', 'messages'],
    ['messages', 'chat'],
  ] as const)('has for the SDK for %s what it has for that for %s', async (one, other) => {
    await start();
    upstream.reply(said('Fine.'));
    expect(await ASK_BY_SDK[one]({ ...gateway, stream: false })).toBe('Fine.');
    expect(await ASK_BY_SDK[other]({ ...gateway, stream: true })).toBe('Fine.');
    expect(upstream.calls).toHaveLength(1);
  });

  it('keeps the answers of client keys apart, unless they are shared', async () => {
    await start();
    const other = await gateway.createKey({ name: 'other' });
    upstream.reply(said('One.'), said('Two.'));
    expect(await textOf(await ask())).toBe('One.');
    expect(await textOf(await ask({ key: other }))).toBe('Two.');
    expect(await textOf(await ask())).toBe('One.');
  });

  it('gives shared answers only to keys that may use the model', async () => {
    await start({ shared: true });
    upstream.reply(said('One.'));
    await isHit();
    const [allowed, barred] = [
      await gateway.createKey({ name: 'allowed' }),
      await gateway.createKey({ name: 'barred', models: ['other'] }),
    ];
    expect(await isHit({ key: allowed })).toBe(true);
    const refused = await ask({ key: barred });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    expect(cacheOf(refused)).toBeNull();
  });

  it('obeys its control header', async () => {
    await start({ ttlSeconds: 60 });
    upstream.reply(said('One.'), said('Two.'), said('Three.'));
    await isHit();
    const apart = await ask({ control: 'no-store' });
    expect(cacheOf(apart)).toBeNull();
    expect(await textOf(apart)).toBe('Two.');
    const fresh = await ask({ control: 'no-cache' });
    expect(cacheOf(fresh)).toBe('miss');
    expect(await textOf(fresh)).toBe('Three.');
    expect(await textOf(await ask())).toBe('Three.');
    const wrong = await ask({ control: 'max-age=3' });
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { code: 'invalid_cache_control' } });
    expect(upstream.calls).toHaveLength(3);
  });

  it('forgets answers in time', async () => {
    let now = Date.now();
    const clock = { now: () => now, sleep: () => Promise.resolve() };
    await start({ ttlSeconds: 60 }, { surroundings: { clock } });
    upstream.reply(said('One.'), said('Two.'));
    await isHit({ control: 'ttl=5' });
    now += 4_900;
    expect(await isHit()).toBe(true);
    now += 100;
    expect(await isHit()).toBe(false);
    now += 59_900;
    expect(await isHit()).toBe(true);
  });

  it.each<[string, MockReply]>([
    ['an error', openAiError(400)],
    ['a reply that was cut by its limit', { body: openAiReply([{ text: ['Fi'] }], { finish: 'length' }) }],
    ['a stream that broke off', { ...streamed('Fi', 'ne', '.'), cut: 400 }],
  ])('does not keep %s', async (_, reply) => {
    await start();
    upstream.reply(reply, said('Fine.'));
    await (await ask({ body: { stream: 'stream' in reply } })).text().catch(() => {});
    const next = await ask();
    expect(cacheOf(next)).toBe('miss');
    expect(await textOf(next)).toBe('Fine.');
  });

  it('lets the reply go on for the others when the first client disconnects', async () => {
    await start();
    const { reply, go } = heldStream(['Fi', 'ne', '.', ' And you?']);
    upstream.reply(reply);
    const leaving = new AbortController();
    const leader = await ask({ body: { stream: true }, signal: leaving.signal });
    await leader.body?.getReader().read();
    const follower = await ask({ body: { stream: true } });
    expect(cacheOf(follower)).toBe('hit');
    leaving.abort();
    go();
    expect(await follower.text()).toContain('And you?');
    expect(upstream.lastCall.isAborted).toBe(false);
    expect(await isHit()).toBe(true);
    expect(upstream.calls).toHaveLength(1);
  });

  it('goes on as well when the first client disconnects before there is anything', async () => {
    await start();
    const sent = Promise.withResolvers<void>();
    upstream.handle('/v1/chat/completions', async () => {
      await sent.promise;
      return said('Fine.');
    });
    const leaving = new AbortController();
    const leader = ask({ signal: leaving.signal });
    const call = await upstream.waitForCall(1);
    const second = arrivals(1);
    const follower = ask();
    await second;
    leaving.abort();
    await expect(leader).rejects.toThrow();
    sent.resolve();
    expect(await textOf(await follower)).toBe('Fine.');
    expect(call.isAborted).toBe(false);
  });

  it('ends the upstream call when nobody waits any more', async () => {
    await start();
    const { reply } = heldStream(['Fi', 'ne', '.', ' And you?']);
    upstream.reply(reply);
    const leaving = [new AbortController(), new AbortController()];
    for (const { signal } of leaving) {
      const response = await ask({ body: { stream: true }, signal });
      await response.body?.getReader().read();
    }
    for (const one of leaving) one.abort();
    await upstream.lastCall.aborted;
  });

  it('gives all that wait the error of the upstream', async () => {
    await start();
    const sent = Promise.withResolvers<void>();
    upstream.handle('/v1/chat/completions', async () => {
      await sent.promise;
      return openAiError(429);
    });
    const all = arrivals(10);
    const asked = Array.from({ length: 10 }, () => ask());
    await all;
    sent.resolve();
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([429]));
    expect(upstream.calls).toHaveLength(1);
  });

  it('counts hits, misses and the money that it saves, which the trace shows, too', async () => {
    const prices = { m: { input: 1_000, output: 2_000 } };
    await start({}, { prices, metrics: { enabled: true }, traces: { record: 'no-bodies' } });
    upstream.reply(said('Fine.'));
    await isHit();
    const id = (await ask()).headers.get('request-id') ?? '';
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const valueOf = (series: string): string | undefined =>
      metrics
        .split('\n')
        .find((line) => line.startsWith(`dragoman_${series}`))
        ?.split(' ')
        .at(-1);
    expect(valueOf('hook_findings_total{hook="answers",action="miss"}')).toBe('1');
    expect(valueOf('hook_findings_total{hook="answers",action="hit"}')).toBe('1');
    expect(Number(valueOf('hook_saved_dollars_total{hook="answers"}'))).toBeGreaterThan(0);
    expect(valueOf('hook_saved_dollars_total{hook="answers"}')).toBe(valueOf('cost_dollars_total'));
    await expect
      .poll(() => gateway.admin('GET', `/traces/${id}`))
      .toMatchObject({
        hooks: [
          { hook: 'witness' },
          { hook: 'answers', action: 'answer', findings: [{ rule: 'answer', action: 'hit' }] },
        ],
      });
  });

  it('keeps its answers over a restart, in files for their owner only', async () => {
    await start();
    upstream.reply(said('Fine.'));
    await isHit();
    await gateway.gateway.close();
    const folder = join(gateway.folder, 'hooks', 'answers');
    const [file = ''] = await readdir(folder);
    expect((await stat(join(folder, file))).mode & 0o777).toBe(0o600);
    const next: Gateway = await createGateway(
      resolveConfig(
        {
          plugins,
          upstreams: upstreamsOf(upstream),
          hooks: [{ id: 'answers', hook: 'cache' }],
          log: { level: 'silent', format: 'json' },
          server: { port: 0 },
          data: gateway.folder,
        },
        {},
      ),
    );
    const { url } = await next.listen();
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify(question),
    });
    expect(cacheOf(response)).toBe('hit');
    expect(await textOf(response)).toBe('Fine.');
    await next.close();
    await rm(gateway.folder, { recursive: true, force: true });
  });
});
