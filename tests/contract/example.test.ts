import { echo } from '@dragoman/plugin-echo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acme } from '../../packages/create-dragoman-plugin/template/protocol/src/index.ts';
import { answers } from '../../plugins/echo/test/example/answers.ts';
import { quill } from '../../plugins/openai/test/example/quill.ts';
import { signedAnswers } from '../../plugins/echo/test/example/signed-answers.ts';
import { slowRequests } from '../../plugins/echo/test/example/slow-requests.ts';
import { chatRequest, createTestContext, describeProvider, readReply, traceRecord } from '@dragoman/testing';
import { startMockUpstream } from '@dragoman/testing/upstreams';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const said = (content: string) => ({ choices: [{ message: { content }, finish_reason: 'stop' }] });
const chunk = (content: string, reason: string | null) => ({
  result: { choices: [{ delta: { content }, finish_reason: reason }] },
});

describeProvider('with quirks, of the guide', {
  type: quill,
  options: (baseUrl) => ({ baseUrl, apiKey: 'key-of-the-example' }),
  secrets: ['key-of-the-example'],
  reportsUsage: false,
  answers: [
    {
      name: 'in an envelope',
      request: { stream: false },
      reply: { body: { code: 0, result: said('Hello') } },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello' }] }] },
    },
    {
      name: 'in envelopes on lines, with the wrong content type',
      request: { stream: true },
      reply: {
        headers: { 'content-type': 'application/json' },
        rawBody: [chunk('Hel', null), chunk('lo', 'stop')]
          .map((line) => `${JSON.stringify(line)}\n`)
          .join(''),
      },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Hello' }] }] },
    },
  ],
  failures: [
    { name: 'its own rate limit', reply: { status: 400, body: { code: 4029 } }, kind: 'rate-limit' },
    { name: 'its own rate limit in a stream', reply: { body: { code: 4029 } }, kind: 'rate-limit' },
    {
      name: 'its own rate limit with 200',
      request: { stream: false },
      reply: { body: { code: 4029 } },
      kind: 'rate-limit',
    },
    {
      name: 'a wrong key',
      reply: { status: 401, body: { error: { message: 'no' } } },
      kind: 'upstream-auth',
    },
  ],
  silences: [{ name: 'before the headers', reply: { hang: 'headers' } }],
  models: { reply: { body: { items: [{ name: 'quill-1' }] } }, ids: ['quill-1'] },
});

describe('the provider with quirks', () => {
  it('sends what the server wants, where it wants it', async () => {
    const upstream = await startMockUpstream();
    const test = createTestContext({ caller: { user: 'someone' } });
    upstream.reply({ body: { result: said('Hello') } });
    const provider = quill.create({ baseUrl: upstream.url, apiKey: 'k' }, test.setup);
    await readReply(provider.chat(chatRequest('Hi', { maxTokens: 7 }), test.context));
    const { path, headers, body } = upstream.lastCall;
    expect(path).toBe('/v2/chat');
    expect(headers).toMatchObject({ 'x-quill-key': 'k', 'x-quill-user': 'someone' });
    expect(body).toMatchObject({ max_output: 7 });
    expect(body).not.toHaveProperty('max_completion_tokens');
    expect(provider.forward?.wires).toEqual(['openai-embeddings', 'openai-relay']);
    await test.close();
    await upstream.close();
  });
});

const [whole, streamed] = [{ text: 'Hello' }, [{ data: '{"text":"Hel"}' }, { data: '{"text":"lo"}' }]];
const hello = { choices: [{ reason: 'stop' as const, content: [{ type: 'text' as const, text: 'Hello' }] }] };

describeProvider('answers, of the guide', {
  type: answers,
  options: (url) => ({ baseUrl: url, apiKey: 'key-of-the-example' }),
  secrets: ['key-of-the-example'],
  reportsUsage: false,
  answers: [
    { name: 'whole', reply: { body: whole }, expected: hello },
    {
      name: 'as a stream',
      request: { stream: true },
      reply: { stream: [...streamed, { data: '{"done":true}' }] },
      expected: hello,
    },
  ],
  failures: [
    { name: 'a rate limit', reply: { status: 429, body: { error: 'Slow down.' } }, kind: 'rate-limit' },
    {
      name: 'a cut stream',
      request: { stream: true },
      reply: { stream: streamed },
      kind: 'upstream-broken',
      midstream: true,
    },
  ],
  silences: [{ name: 'before the headers', reply: { hang: 'headers' } }],
});

describe('the provider of the plugin guide that refreshes its token', () => {
  it('does so once for all calls, keeps the new grant, and repeats what was refused', async () => {
    const upstream = await startMockUpstream();
    const test = createTestContext();
    let refreshes = 0;
    upstream.handle('/token', () => ({
      body: { access_token: `access-${(refreshes += 1)}`, refresh_token: `refresh-${refreshes}` },
    }));
    upstream.handle('/answer', ({ headers }) =>
      headers['authorization'] === 'Bearer access-2' ? { body: whole } : { status: 401, body: {} },
    );
    const options = { baseUrl: upstream.url, tokenUrl: `${upstream.url}/token`, clientId: 'me' };
    const provider = signedAnswers.create({ ...options, refreshToken: 'first' }, test.setup);
    const ask = () => readReply(provider.chat(chatRequest('Hi'), test.context));
    for (const reply of await Promise.all(Array.from({ length: 20 }, ask)))
      expect(reply).toMatchObject(hello);
    expect(refreshes).toBe(2);
    expect(await test.setup.store.get('oauth')).toContain('refresh-2');
    await test.close();
    await upstream.close();
  });
});

describe('the protocol of the plugin guide', () => {
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway({ plugins: [acme(), echo()] });
  });
  afterAll(() => gateway.close());

  it('answers, whole and as a stream', async () => {
    const whole = await gateway.post('/acme/say', { model: 'echo', say: 'Hello' });
    expect(await whole.json()).toEqual({ said: 'You said: Hello' });
    const stream = await gateway.post('/acme/say', { model: 'echo', say: 'Hello', stream: true });
    expect(await stream.text()).toBe(
      ['{"said":"You"}', '{"said":" said:"}', '{"said":" Hello"}', '{"done":true}']
        .map((data) => `data: ${data}\n\n`)
        .join(''),
    );
  });

  it('names the field of a wrong request', async () => {
    const refused = await gateway.post('/acme/say', { model: 'echo', say: 7 });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toEqual({ error: expect.stringContaining('say') });
  });
});

describe('the observer of the plugin guide', () => {
  it('logs what is slow, and nothing else', async () => {
    const test = createTestContext();
    const observer = slowRequests({ ms: 100 }).createObserver({ ...test.setup, now: () => 0 });
    for (const ms of [100, 101]) observer.observe(traceRecord({ id: `req_${ms}`, ms }));
    expect(test.logged).toMatchObject([{ level: 'warn', fields: { request: 'req_101', ms: 101 } }]);
    await test.close();
  });
});
