import type { JsonObject } from '@dragoman/plugin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

/** What clients get when the upstream cannot count the tokens of a prompt. */

const FAILURES: Readonly<Record<string, MockReply>> = {
  'status 404': { status: 404, body: { error: { message: 'Not found.' } } },
  'status 429': { status: 429, headers: { 'retry-after': '60' }, body: { error: { message: 'Slow down.' } } },
  'status 500': { status: 500, rawBody: 'oops' },
  'status 400': { status: 400, body: { error: { message: 'Unknown endpoint.' } } },
  'an error of status 200': { body: { error: { message: 'No.' } } },
  'a web page': { rawBody: '<html></html>', headers: { 'content-type': 'text/html' } },
  'a connection that breaks': { body: {}, cut: 'headers' },
  // It rests the upstream for counts.
  'status 401': { status: 401, body: { error: { message: 'No.' } } },
  'nothing, since it rests': {},
};
let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: SPEAKERS.map((speaker) => ({
      id: speaker.wire,
      ...speaker.config(upstream.url),
      models: { list: ['m', ...Object.keys(FAILURES).map((_, at) => `m${at}`)] },
    })),
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const CLIENTS: readonly (readonly [
  string,
  (model: string) => string,
  (model: string) => JsonObject,
  string,
])[] = [
  [
    'messages',
    () => '/v1/messages/count_tokens',
    (model) => ({ model, messages: [{ role: 'user', content: 'Hello there' }] }),
    'input_tokens',
  ],
  [
    'responses',
    () => '/v1/responses/input_tokens',
    (model) => ({ model, input: 'Hello there' }),
    'input_tokens',
  ],
  [
    'gemini',
    (model) => `/v1beta/models/${model}:countTokens`,
    () => ({ contents: [{ role: 'user', parts: [{ text: 'Hello there' }] }] }),
    'totalTokens',
  ],
];

describe.each(SPEAKERS)('an upstream that speaks $wire and cannot count', ({ wire, reply }) => {
  const model = `${wire}/m`;
  it.each(CLIENTS)('leaves it to the gateway, and its chats go on: for %s', async (_, path, body, field) => {
    for (const [at, [name, failure]] of Object.entries(FAILURES).entries()) {
      upstream.reply(failure);
      const response = await gateway.post(path(`${model}${at}`), body(`${model}${at}`));
      const counted = (await response.json()) as JsonObject;
      expect(response.status, `${name}: ${JSON.stringify(counted)}`).toBe(200);
      expect(counted[field], name).toBeGreaterThan(1);
      expect(response.headers.get('x-dragoman-estimated'), name).toBe('true');
    }
    upstream.reset();
    upstream.reply({ body: reply([{ text: ['Fine.'] }]) });
    const chat = await gateway.post('/v1/chat/completions', {
      model,
      messages: [{ role: 'user', content: 'x' }],
    });
    expect(chat.status, await chat.text()).toBe(200);
  });
});

describe('a count', () => {
  it('is not estimated of a model that does not exist, or that the key may not use', async () => {
    const [[, path, body]] = CLIENTS as [(typeof CLIENTS)[number]];
    expect((await gateway.post(path('none'), body('none'))).status).toBe(404);
    const key = await gateway.createKey({ name: 'other', models: ['gemini/m'] });
    const model = 'anthropic/m';
    expect((await gateway.post(path(model), body(model), { key })).status).toBe(403);
    const limited = await gateway.createKey({ name: 'limited', limits: { requestsPerMinute: 1 } });
    upstream.reply({ body: { input_tokens: 3 } });
    expect((await gateway.post(path(model), body(model), { key: limited })).status).toBe(200);
    expect((await gateway.post(path(model), body(model), { key: limited })).status).toBe(429);
  });
});
