import type { JsonObject } from '@dragoman/plugin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { startGateway } from '../support/gateway.ts';
import { type MockReply, startMockUpstream } from '@dragoman/testing/upstreams';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';
import { startUpstreamPair, type UpstreamPair } from './upstream-pair.ts';

/** Whole replies of status 200 that are nothing that a client could use, on both ways through the gateway. */

let pair: UpstreamPair;
beforeAll(async () => {
  pair = await startUpstreamPair();
});
beforeEach(() => pair.reset());
afterAll(() => pair.close());

const words = 'The machine is on fire.';
const json = { 'content-type': 'application/json' };
/** Those with words have them in the error, too. */
const REPLIES: Readonly<Record<string, MockReply>> = {
  'an empty object': { body: {} },
  'a detail': { body: { detail: words } },
  'a code and a message': { body: { code: 500, message: words } },
  'an error of true': { body: { error: true, msg: words } },
  'an error that is a text': { body: { error: words } },
  'a flat error': { body: { type: 'error', message: words } },
  'fields that all wires have': { body: { id: 'x', model: 'm', usage: { prompt_tokens: 3 } } },
  'fields of the wrong kind': { body: { choices: {}, output: 'x', content: null, candidates: 1, data: '' } },
  'lists without an entry': { body: { choices: [], candidates: [], data: [] } },
  'an answer inside of something else': { body: { data: { choices: [{}], output: [], content: [] } } },
  'an empty list': { body: [] },
  null: { headers: json, rawBody: 'null' },
  'a text': { headers: json, rawBody: JSON.stringify(words) },
  'a number': { headers: json, rawBody: '7' },
  'no JSON': { headers: json, rawBody: 'OK' },
  'a web page': { headers: { 'content-type': 'text/html' }, rawBody: '<!doctype html><h1>Hi</h1>' },
  nothing: { headers: json, rawBody: '' },
};
const hasWords = ({ body }: MockReply): boolean => JSON.stringify(body ?? null).includes(words);

/** The error's text, where each protocol has it. */
const messageOf = (body: string): unknown => (JSON.parse(body) as { error: JsonObject }).error['message'];

/** Asks twice: the first upstream alone, and both. The second one's answer has to mend the first one's. */
async function expectRepaired(
  { failing, fine }: { readonly failing: MockReply; readonly fine: MockReply },
  ask: (model: string) => Promise<Response>,
  wire: string,
): Promise<void> {
  const { first, second } = pair;
  first.reply(failing);
  const told = await ask(`first-${wire}/m`);
  const text = await told.text();
  expect(told.status, text).toBe(502);
  expect(messageOf(text)).toEqual(expect.any(String));
  if (hasWords(failing)) expect(messageOf(text)).toContain(words);

  first.reply(failing);
  second.reply(fine);
  const mended = await ask(wire);
  expect(mended.status, await mended.clone().text()).toBe(200);
  expect(await mended.text()).toContain('Fine.');
  expect([first.calls.length, second.calls.length]).toEqual([2, 1]);
}

describe.each(SPEAKERS)('an upstream that speaks $wire', ({ wire, reply, stream }) => {
  describe.each(Object.entries(WIRE_CLIENTS))('asked by a client of %s', (_, client) => {
    const ask = (isStream: boolean) => (model: string) =>
      pair.gateway.post(client.path(model, isStream), client.body({ model, isStream, prompt: 'Hi' }));

    it.each(Object.entries(REPLIES))('does not answer with %s', async (_, failing) => {
      await expectRepaired({ failing, fine: { body: reply([{ text: ['Fine.'] }]) } }, ask(false), wire);
    });

    it.each(Object.entries(REPLIES))(
      'does not answer with %s where a stream is asked for',
      async (_, failing) => {
        await expectRepaired({ failing, fine: { stream: stream([{ text: ['Fine.'] }]) } }, ask(true), wire);
      },
    );
  });
});

describe('embeddings and legacy completions', () => {
  const embedding = { object: 'embedding', index: 0, embedding: [1], note: 'Fine.' };
  const asked: readonly (readonly [string, JsonObject, JsonObject])[] = [
    ['/v1/embeddings', { input: 'x' }, { data: [embedding] }],
    ['/v1/completions', { prompt: 'x' }, { choices: [{ text: 'Fine.' }] }],
  ];
  describe.each(asked)('%s', (path, body, fine) => {
    it.each(Object.entries(REPLIES))('is not answered with %s', async (_, failing) => {
      const ask = (model: string) => pair.gateway.post(path, { model, ...body });
      await expectRepaired({ failing, fine: { body: fine } }, ask, 'openai-chat');
    });
  });
});

describe('embeddings that are converted', () => {
  it.each([
    ['/v1/embeddings', 'gemini', { input: 'x' }],
    [
      '/v1beta/models/first-openai-chat%2Fm:embedContent',
      'openai-chat',
      { content: { parts: [{ text: 'x' }] } },
    ],
  ])('%s of an upstream that speaks %s needs a vector', async (path, wire, body) => {
    for (const failing of Object.values(REPLIES)) {
      pair.first.reply(failing);
      const response = await pair.gateway.post(path, { model: `first-${wire}/m`, ...body });
      const text = await response.text();
      expect(response.status, text).toBe(502);
      if (hasWords(failing)) expect(messageOf(text)).toContain(words);
    }
  });
});

describe('a count of tokens', () => {
  it.each([
    ['/v1/messages/count_tokens', 'anthropic', { messages: [{ role: 'user', content: 'Hi' }] }],
    ['/v1/responses/input_tokens', 'openai-responses', { input: 'Hi' }],
  ])('%s is estimated where the upstream does not count', async (path, wire, body) => {
    for (const failing of [{ body: {} }, { body: { detail: words } }, { body: { input_tokens: 'three' } }]) {
      pair.first.reply(failing);
      const response = await pair.gateway.post(path, { model: `first-${wire}/m`, ...body });
      expect(response.headers.get('x-dragoman-estimated')).toBe('true');
      expect(await response.json()).toMatchObject({ input_tokens: expect.any(Number) });
    }
  });
});

describe('an answer', () => {
  /** The least that servers send: clients can use it. */
  const LEAST: readonly (readonly [string, string, string])[] = [
    ['openai-chat', 'chat', '{"choices":[{"message":{"content":"Hi"}}]}'],
    ['openai-chat', 'chat', '\n\n{ "usage" : null , "choices" : [\n {"message":{"content":"\\"]}"}} ] }\n'],
    ['openai-responses', 'responses', '{"output":[]}'],
    ['openai-responses', 'responses', `{"instructions":"${'\\"}'.repeat(9_000)}","output":[]}`],
    ['anthropic', 'messages', '{"content":[]}'],
    ['gemini', 'gemini', '{"candidates":[{}]}'],
    ['gemini', 'gemini', '{"promptFeedback":{"blockReason":"OTHER"}}'],
  ];
  it.each(LEAST)('of an upstream that speaks %s passes byte by byte: %s %s', async (wire, name, rawBody) => {
    const client = WIRE_CLIENTS[name as keyof typeof WIRE_CLIENTS];
    const model = `first-${wire}/m`;
    pair.first.reply({ headers: json, rawBody });
    const response = await pair.gateway.post(
      client.path(model, false),
      client.body({ model, isStream: false, prompt: 'Hi' }),
    );
    expect(response.status).toBe(200);
    expect(await response.text()).toBe(rawBody);
  });

  it('is judged behind any number of empty lines that a server sends while it thinks', async () => {
    const rawBody = `${'\n'.repeat(500)}{"choices":[{"message":{"content":"Hi"}}]}`;
    pair.first.reply({ headers: json, rawBody });
    const body = { model: 'first-openai-chat/m', messages: [{ role: 'user', content: 'Hi' }] };
    const response = await pair.gateway.post('/v1/chat/completions', body);
    expect(await response.text()).toBe(rawBody);
  });
});

describe('what operators learn of it', () => {
  it('is the upstream, its words without the credentials in them, and a failure for the breaker', async () => {
    const mock = await startMockUpstream();
    const options = { baseUrl: `${mock.url}/v1`, apiKey: 'sk-up-secret' };
    const gateway = await startGateway({
      traces: { record: 'no-bodies' },
      routing: { breaker: { failures: 2 }, retry: { repeats: 0 } },
      upstreams: [{ id: 'up', provider: 'openai', options, models: { list: ['m'] } }],
    });
    try {
      const reply = { body: { detail: 'No quota for sk-up-secret.' } };
      mock.reply(reply, reply);
      const body = { model: 'up/m', messages: [{ role: 'user', content: 'Hi' }] };
      await gateway.chat(body);
      const id = await gateway.chat(body);
      await expect
        .poll(() => gateway.admin('GET', `/traces/${id}`))
        .toMatchObject({
          outcome: 'error',
          errorKind: 'upstream-broken',
          attempts: [
            {
              upstream: 'up',
              error: {
                message: 'The upstream returned JSON that is not a valid reply: No quota for [redacted].',
              },
            },
          ],
        });
      expect(await gateway.admin('GET', '/health')).toMatchObject([{ upstream: 'up', state: 'open' }]);
    } finally {
      await gateway.close();
      await mock.close();
    }
  });
});
