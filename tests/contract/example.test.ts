import { definePlugin } from '@dragoman/plugin';
import { echo } from '@dragoman/plugin-echo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answers } from '../../plugins/echo/test/example/answers.ts';
import { plainText } from '../../plugins/echo/test/example/plain-text.ts';
import { sayProtocol } from '../../plugins/echo/test/example/say-protocol.ts';
import { slowRequests } from '../../plugins/echo/test/example/slow-requests.ts';
import { createTestContext, describeProvider, traceRecord } from '@dragoman/testing';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const [type] = plainText().providers;

describeProvider('of the README', {
  type,
  options: (baseUrl) => ({ baseUrl, apiKey: 'key-of-the-example' }),
  secrets: ['key-of-the-example'],
  reportsUsage: false,
  answers: [
    {
      name: 'with text',
      reply: { rawBody: 'Wörld 🙂' },
      expected: { choices: [{ reason: 'stop', content: [{ type: 'text', text: 'Wörld 🙂' }] }] },
    },
  ],
  failures: [
    { name: 'a rate limit', reply: { status: 429 }, kind: 'rate-limit' },
    { name: 'a broken server', reply: { status: 500, rawBody: 'oops' }, kind: 'upstream-broken' },
    { name: 'no server', reply: { cut: 'headers' }, kind: 'upstream-unreachable' },
    { name: 'a cut reply', reply: { rawBody: 'Hel', cut: true }, kind: 'upstream-broken', midstream: true },
  ],
  silences: [
    { name: 'before the headers', reply: { hang: 'headers' } },
    { name: 'after a word', reply: { rawBody: 'Hello', hang: true } },
  ],
});

const [whole, streamed] = [{ text: 'Hello' }, [{ data: '{"text":"Hel"}' }, { data: '{"text":"lo"}' }]];
const hello = { choices: [{ reason: 'stop' as const, content: [{ type: 'text' as const, text: 'Hello' }] }] };

describeProvider('answers, of the plugin guide', {
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

describe('the protocol of the plugin guide', () => {
  const plugin = definePlugin(() => ({ name: 'say', protocols: [sayProtocol] }));
  let gateway: RunningGateway;

  beforeAll(async () => {
    gateway = await startGateway({ plugins: [plugin(), echo()] });
  });
  afterAll(() => gateway.close());

  it('answers, whole and as a stream', async () => {
    const whole = await gateway.post('/say', { model: 'echo', say: 'Hello' });
    expect(await whole.json()).toEqual({ said: 'You said: Hello' });
    const stream = await gateway.post('/say', { model: 'echo', say: 'Hello', stream: true });
    expect(await stream.text()).toBe(
      ['{"said":"You"}', '{"said":" said:"}', '{"said":" Hello"}', '{"done":true}']
        .map((data) => `data: ${data}\n\n`)
        .join(''),
    );
  });

  it('names the field of a wrong request', async () => {
    const refused = await gateway.post('/say', { model: 'echo', say: 7 });
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
