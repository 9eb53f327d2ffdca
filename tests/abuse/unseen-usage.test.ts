import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLimitedKey } from '../support/charges.ts';
import { deliver, LAST_WORD, tokensOf } from '../support/delivery.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';

const PRICE = { input: 1_000, output: 2_000 };
const LONG = Array.from({ length: 1_000 }, (_, at) => `These are some words, number ${at}. `);

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeEach(async () => {
  upstream = await startMockUpstream();
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

async function start(own: Partial<GatewayOptions> = {}, more: object = {}): Promise<void> {
  const options = { baseUrl: upstream.url, apiKey: 'k' };
  const models = { list: ['m', 'new'] };
  const baseUrl = `${upstream.url}/v1`;
  gateway = await startGateway({
    prices: { m: PRICE },
    upstreams: [
      { id: 'openai', provider: 'openai', models, options: { ...options, baseUrl, wire: 'auto' }, ...more },
      { id: 'anthropic', provider: 'anthropic', models, options },
      { id: 'gemini', provider: 'gemini', models, options },
      { id: 'echo', provider: 'echo', options: { delayMs: 0 } },
    ],
    ...own,
  });
}

const send = (key: string, path: string, body: object, signal?: AbortSignal): Promise<Response> =>
  gateway.post(path, body, { key, signal });

const chat = (key: string, model: string, more: object = {}): Promise<Response> =>
  send(key, '/v1/chat/completions', { model, messages: [{ role: 'user', content: 'Hi' }], ...more });

/** Reads a stream until all of its content is there, and goes away. */
async function leave(key: string, client: keyof typeof WIRE_CLIENTS, model: string): Promise<void> {
  const { path, body } = WIRE_CLIENTS[client];
  const leaving = new AbortController();
  const asked = { model, isStream: true, prompt: 'Hi' };
  const reply = await send(key, path(model, true), body(asked), leaving.signal);
  let text = '';
  for await (const piece of reply.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += piece;
    if (text.includes(LAST_WORD)) break;
  }
  leaving.abort();
}

function answerByHolding(): void {
  for (const path of [
    '/v1/chat/completions',
    '/v1/responses',
    '/v1/messages',
    '/v1beta/models/m:streamGenerateContent',
  ]) {
    upstream.handle(path, (call) =>
      deliver({ path, words: LONG, isStream: true, reportsUsage: false, hold: call.aborted }),
    );
  }
}

describe('a stream that its client leaves', () => {
  it.each([
    { client: 'chat', id: 'openai' },
    { client: 'responses', id: 'openai' },
    { client: 'messages', id: 'anthropic' },
    { client: 'gemini', id: 'gemini' },
    { client: 'chat', id: 'anthropic' },
    { client: 'messages', id: 'gemini' },
  ] as const)('of $client from $id counts with all that passed', async ({ client, id }) => {
    await start();
    answerByHolding();
    const key = await createLimitedKey(gateway);
    for (let at = 0; at < 3; at += 1) await leave(key.secret, client, `${id}/m`);
    const output = 3 * tokensOf(...LONG);
    const { tokens, cost } = await key.charged();
    expect(tokens).toBeGreaterThanOrEqual(output);
    expect(tokens).toBeLessThan(output * 1.1);
    expect(cost).toBeGreaterThanOrEqual((output * PRICE.output) / 1e6);
  });

  it('ends a limit on tokens and on money', async () => {
    await start();
    answerByHolding();
    const limits = { tokensPerDay: 5_000, costTotal: 20 };
    const key = await createLimitedKey(gateway, limits);
    await leave(key.secret, 'chat', 'openai/m');
    await key.charged();
    expect((await chat(key.secret, 'openai/m')).status).toBe(429);
  });

  it('counts toward the limits of its model and its upstream, too', async () => {
    const limits = { tokensPerDay: 1e9, costTotal: 1e6, concurrentRequests: 9 };
    const alias = { name: 'limited', candidates: [{ upstream: 'openai', model: 'm' }], limits };
    await start({ aliases: [alias] }, { limits });
    answerByHolding();
    const key = await createLimitedKey(gateway);
    await leave(key.secret, 'chat', 'limited');
    const { tokens } = await key.charged();
    const all = await gateway.admin<{ kind: string; uses: { name: string; used: number }[] }[]>(
      'GET',
      '/limits',
    );
    expect(all.map(({ kind }) => kind).toSorted()).toEqual(['key', 'model', 'upstream']);
    for (const { uses } of all) expect(uses.find(({ name }) => name === 'tokensPerDay')?.used).toBe(tokens);
  });

  it('is counted when the gateway stops in the middle of it', async () => {
    await start({ server: { port: 0, shutdownGraceMs: 0 } });
    answerByHolding();
    const key = await createLimitedKey(gateway);
    const body = { model: 'openai/m', stream: true, messages: [{ role: 'user', content: 'Hi' }] };
    const reply = await send(key.secret, '/v1/chat/completions', body);
    const reader = reply.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = '';
    while (!text.includes(LAST_WORD)) text += (await reader?.read())?.value ?? '';
    const rest = reader?.read().catch(() => undefined);
    await gateway.gateway.close();
    await rest;
    const written = await readFile(join(gateway.folder, 'limits.json'), 'utf8');
    const counts = JSON.parse(written) as { name: string; used: number }[];
    const used = counts.find(({ name }) => name.includes('tokensPerDay'))?.used;
    expect(used).toBeGreaterThanOrEqual(tokensOf(...LONG));
  });

  it('is shown in its trace as far as it came', async () => {
    await start({ traces: { record: 'no-bodies' } });
    answerByHolding();
    const key = await createLimitedKey(gateway);
    await leave(key.secret, 'chat', 'openai/m');
    await key.charged();
    interface Page {
      readonly traces: readonly {
        outcome: string;
        inputTokens?: number;
        outputTokens?: number;
        cost?: number;
        isEstimated?: boolean;
      }[];
    }
    const { traces } = await gateway.admin<Page>('GET', '/traces?outcome=aborted');
    expect(traces).toHaveLength(1);
    expect(traces[0]?.inputTokens).toBeGreaterThan(0);
    expect(traces[0]?.outputTokens).toBeGreaterThanOrEqual(tokensOf(...LONG));
    expect(traces[0]?.cost).toBeGreaterThan(0);
    expect(traces[0]?.isEstimated).toBe(true);
  });
});

describe('a reply whose upstream tells no usage', () => {
  it.each([true, false])('counts by its length (stream: %s)', async (isStream) => {
    await start();
    const path = '/v1/chat/completions';
    upstream.handle(path, () => deliver({ path, words: LONG, isStream, reportsUsage: false }));
    const key = await createLimitedKey(gateway);
    await (await chat(key.secret, 'openai/m', { stream: isStream })).text();
    const { tokens } = await key.charged();
    expect(tokens).toBeGreaterThanOrEqual(tokensOf(...LONG));
    expect(tokens).toBeLessThan(tokensOf(...LONG) + 50);
  });

  it('or tells that nothing was taken counts by its length, too', async () => {
    await start();
    const usage = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
    upstream.reply({ body: openAiReply([{ text: LONG }], { usage }) });
    const key = await createLimitedKey(gateway);
    await (await chat(key.secret, 'openai/m')).text();
    expect((await key.charged()).tokens).toBeGreaterThanOrEqual(tokensOf(...LONG));
  });
});

describe('many streams at once', () => {
  it('cannot run past a limit on tokens together', async () => {
    await start();
    answerByHolding();
    const key = await createLimitedKey(gateway, { tokensPerDay: 4_000 });
    const leaving = new AbortController();
    const body = {
      model: 'openai/m',
      stream: true,
      max_tokens: 50_000,
      messages: [{ role: 'user', content: 'Hi' }],
    };
    const sent = Array.from({ length: 20 }, () =>
      send(key.secret, '/v1/chat/completions', body, leaving.signal),
    );
    const statuses = (await Promise.all(sent)).map(({ status }) => status);
    leaving.abort();
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(4);
    expect(statuses).toContain(429);
  });
});

describe('a model without a price', () => {
  it('is listed with who has a limit on money, unless unknown prices are allowed', async () => {
    const limits = { costPerDay: 1 };
    const own = {
      aliases: [{ name: 'cheap', candidates: [{ model: 'openai/m' }, { model: 'gemini/new' }], limits }],
    };
    await start(own, { limits });
    await gateway.createKey({ name: 'intern', limits, upstreams: ['openai', 'echo'] });
    await gateway.createKey({ name: 'free' });
    expect(await gateway.admin('GET', '/limits/unpriced')).toEqual([
      { kind: 'key', name: 'intern', models: ['openai/new'] },
      { kind: 'alias', name: 'cheap', models: ['gemini/new'] },
      { kind: 'upstream', name: 'openai', models: ['openai/new'] },
    ]);
    await gateway.close();
    await start({ ...own, prices: { m: PRICE, unknown: 'allow' } }, { limits });
    await gateway.createKey({ name: 'intern', limits });
    expect(await gateway.admin('GET', '/limits/unpriced')).toEqual([]);
  });

  it('is refused where a limit on money applies, and says what is to be done', async () => {
    await start();
    upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
    const key = await createLimitedKey(gateway);
    const refused = await chat(key.secret, 'openai/new');
    expect(refused.status).toBe(403);
    expect(await refused.json()).toMatchObject({
      error: {
        code: 'price_unknown',
        message: expect.stringMatching(
          /^The price of "openai\/new" .*`prices: \{ "openai\/new": \{ input, output \} \}` \(0 if .*`prices.unknown`\.$/,
        ) as string,
      },
    });
    expect(upstream.calls).toHaveLength(0);
    // Nothing was taken, and what is free to run stays so.
    expect(await key.charged()).toEqual({ tokens: 0, cost: 0 });
    expect((await chat(key.secret, 'echo/echo')).status).toBe(200);
    expect((await chat(gateway.key, 'openai/new')).status).toBe(200);
  });

  it.each([
    ['allow', 0],
    [100, 0.0019],
  ] as const)('is served where `prices.unknown` is %s', async (unknown, cost) => {
    await start({ prices: { m: PRICE, unknown } });
    upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
    const key = await createLimitedKey(gateway);
    expect((await chat(key.secret, 'openai/new')).status).toBe(200);
    expect(await key.charged()).toEqual({ tokens: 19, cost });
  });

  it('is passed over for another one that has a price', async () => {
    const candidates = ['new', 'm'].map((model) => ({ upstream: 'openai', model }));
    await start({ aliases: [{ name: 'either', candidates, policy: 'order' }] });
    upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
    const key = await createLimitedKey(gateway);
    const reply = await chat(key.secret, 'either');
    expect([reply.status, reply.headers.get('x-dragoman-model')]).toEqual([200, 'm']);
    const other = await chat(gateway.key, 'either');
    expect(other.headers.get('x-dragoman-model')).toBe('new');
  });

  it('is refused by a limit on money of its upstream, and its tokens can be counted for free', async () => {
    await start({}, { limits: { costPerDay: 5 } });
    upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['Hi.'] }]) }));
    expect((await chat(gateway.key, 'openai/new')).status).toBe(403);
    expect((await chat(gateway.key, 'openai/m')).status).toBe(200);
    const key = await createLimitedKey(gateway);
    const body = { model: 'gemini/new', messages: [{ role: 'user', content: 'Hi' }] };
    upstream.handle('/v1beta/models/new:countTokens', () => ({ body: { totalTokens: 3 } }));
    expect((await send(key.secret, '/v1/messages/count_tokens', body)).status).toBe(200);
    expect(await key.charged()).toEqual({ tokens: 0, cost: 0 });
  });
});

/** 4,000 bytes are about 1,000 tokens; the picture that comes back counts as much. */
const PROMPT = { model: 'openai/m', prompt: 'a bird '.repeat(600) };

describe('a request that is only sent on', () => {
  const image = { created: 1, data: [{ b64_json: 'A'.repeat(100_000) }] };
  const usage = { input_tokens: 50, output_tokens: 4_000, total_tokens: 4_050 };
  const draw = (key: string, model: string): Promise<Response> =>
    send(key, '/v1/images/generations', { model, prompt: 'A bird.' });

  it('needs a price where a limit on money applies', async () => {
    await start();
    upstream.handle('/v1/images/generations', () => ({ body: image }));
    const key = await createLimitedKey(gateway);
    expect((await draw(key.secret, 'openai/new')).status).toBe(403);
    expect(upstream.calls).toHaveLength(0);
  });

  it.each([
    [
      'multipart',
      () =>
        Object.entries(PROMPT).reduce((form, [name, value]) => (form.set(name, value), form), new FormData()),
    ],
    ['URL-encoded', () => new URLSearchParams(PROMPT)],
  ])('counts the text of a form as its prompt: %s', async (_, bodyOf) => {
    await start({ prices: { m: PRICE, new: PRICE } });
    const key = await createLimitedKey(gateway);
    upstream.handle('/v1/images/edits', () => ({ body: image }));
    const headers = { authorization: `Bearer ${key.secret}` };
    const url = `${gateway.url}/v1/images/edits`;
    const response = await fetch(url, { method: 'POST', headers, body: bodyOf() });
    expect(response.status, await response.text()).toBe(200);
    const { tokens } = await key.charged();
    expect(tokens).toBeGreaterThanOrEqual(2_000);
  });

  it('counts what its reply tells, else the text and the pictures in it, and a price of its own', async () => {
    await start({ prices: { m: PRICE, new: { input: 0, output: 0, request: 0.04 } } });
    const told = await createLimitedKey(gateway);
    upstream.handle('/v1/images/generations', () => ({ body: { ...image, usage } }));
    await (await draw(told.secret, 'openai/m')).text();
    expect(await told.charged()).toEqual({ tokens: 4_050, cost: 8.05 });
    const untold = await createLimitedKey(gateway);
    upstream.handle('/v1/images/generations', () => ({ body: image }));
    await (await draw(untold.secret, 'openai/m')).text();
    const { tokens } = await untold.charged();
    expect(tokens).toBeGreaterThanOrEqual(1_000);
    expect(tokens).toBeLessThan(1_100);
    const flat = await createLimitedKey(gateway);
    await (await draw(flat.secret, 'openai/new')).text();
    expect((await flat.charged()).cost).toBe(0.04);
  });
});

it('an attempt that broke off and was replaced is paid for besides the one that answered', async () => {
  const candidates = ['openai', 'gemini'].map((id) => ({ upstream: id, model: 'm' }));
  await start({ aliases: [{ name: 'two', candidates, policy: 'order' }] });
  const path = '/v1/chat/completions';
  upstream.handle(path, () =>
    deliver({ path, words: LONG, isStream: false, reportsUsage: true, hold: Promise.resolve(), isCut: true }),
  );
  upstream.handle('/v1beta/models/m:generateContent', (call) =>
    deliver({ path: call.path, words: ['Hi.'], isStream: false, reportsUsage: true }),
  );
  const key = await createLimitedKey(gateway);
  const reply = await chat(key.secret, 'two');
  expect([reply.status, reply.headers.get('x-dragoman-upstream')]).toEqual([200, 'gemini']);
  expect((await key.charged()).tokens).toBeGreaterThanOrEqual(tokensOf(...LONG) + 19);
});

it('a failure that only says so costs nothing', async () => {
  await start();
  const key = await createLimitedKey(gateway);
  upstream.reply(
    { status: 500, body: { error: { message: 'No.' } } },
    { body: { error: { message: 'No.', type: 'server_error' } } },
    { rawBody: '<html>502</html>', headers: { 'content-type': 'text/html' } },
    { stream: [{ data: { error: { message: 'No.' } } }, ...openAiStream([]).slice(-1)] },
  );
  for (const stream of [false, false, false, true])
    expect((await chat(key.secret, 'openai/m', { stream })).status).toBeGreaterThanOrEqual(500);
  expect(await key.charged()).toEqual({ tokens: 0, cost: 0 });
});
