import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type FakeClock, fakeClock } from '../support/candidates.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiBrokenStream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

/** The rows of the table in docs/routing.md, each against running upstreams, passed through and translated. */

const answer = { text: ['From the other one.'] };
const good: MockReply = { body: openAiReply([answer]) };
const goodStream: MockReply = { stream: openAiStream([answer]) };
const refused = (status: number, error: Record<string, string> = {}, headers = {}): MockReply => ({
  status,
  headers,
  body: { error: { message: `No: ${status}.`, type: 'error', ...error } },
});

interface Row {
  readonly name: string;
  readonly reply: MockReply;
  readonly stream?: boolean;
  /** What the client gets where the failure is its own; absent where the other candidate answers. */
  readonly status?: number;
}

const MENDED: readonly Row[] = [
  { name: '401, the key of the upstream', reply: refused(401) },
  { name: '403, the key of the upstream', reply: refused(403) },
  { name: '402', reply: refused(402) },
  { name: '429 of a quota', reply: refused(429, { code: 'insufficient_quota' }) },
  { name: '429', reply: refused(429) },
  { name: '429 with retry-after', reply: refused(429, {}, { 'retry-after': '30' }) },
  { name: '404 of the model', reply: refused(404, { code: 'model_not_found' }) },
  { name: '408', reply: refused(408) },
  { name: '500', reply: refused(500) },
  { name: '502', reply: refused(502) },
  { name: '503', reply: refused(503) },
  { name: '504', reply: refused(504) },
  { name: '529', reply: refused(529) },
  { name: 'a reset before the headers', reply: { cut: 'headers' } },
  { name: 'silence', reply: { hang: 'headers' } },
  { name: 'a web page', reply: { rawBody: '<html>', headers: { 'content-type': 'text/html' } } },
  { name: 'an empty body', reply: { rawBody: '', headers: { 'content-type': 'application/json' } } },
  {
    name: 'broken JSON',
    reply: { rawBody: '{"id": "x", ', headers: { 'content-type': 'application/json' } },
  },
  { name: 'an error of status 200', reply: { body: { error: { message: 'Overloaded.', code: 503 } } } },
  { name: 'a body that breaks off', reply: { body: openAiReply([answer]), cut: 40 } },
  { name: 'an error in a stream before content', stream: true, reply: { stream: openAiBrokenStream([]) } },
  { name: 'an empty stream', stream: true, reply: { stream: [] } },
  {
    name: 'a stream of nothing but its announcement',
    stream: true,
    reply: { stream: openAiStream([]).slice(0, 1) },
  },
  {
    name: 'a stream that is cut before content',
    stream: true,
    reply: { stream: openAiStream([]).slice(0, 1), cut: true },
  },
  { name: 'a web page where a stream was asked for', stream: true, reply: { rawBody: '<html>' } },
];

const RETURNED: readonly Row[] = [
  { name: '400', reply: refused(400), status: 400 },
  { name: '400 of a long prompt', reply: refused(400, { code: 'context_length_exceeded' }), status: 400 },
  { name: '400 of the content', reply: refused(400, { code: 'content_policy_violation' }), status: 400 },
  { name: '409', reply: refused(409), status: 409 },
  { name: '413', reply: refused(413), status: 413 },
  { name: '422', reply: refused(422), status: 400 },
];

describe.each([
  { way: 'passed through', passThrough: true },
  { way: 'translated', passThrough: false },
])('a failed attempt, $way', ({ passThrough }) => {
  let first: MockUpstream;
  let second: MockUpstream;
  let gateway: RunningGateway;
  let clock: FakeClock;
  beforeAll(async () => {
    [first, second] = await Promise.all([startMockUpstream(), startMockUpstream()]);
  });
  beforeEach(async () => {
    first.reset();
    second.reset();
    clock = fakeClock();
    gateway = await startGateway({
      surroundings: { clock, random: () => 0.5 },
      upstreams: [first, second].map(({ url }, at) => ({
        id: at === 0 ? 'first' : 'second',
        provider: 'openai',
        passThrough,
        models: { list: ['m'] },
        options: { baseUrl: `${url}/v1`, apiKey: 'sk-up' },
      })),
      aliases: [
        { name: 'pool', candidates: [{ model: 'm' }], policy: 'order', timeouts: { firstTokenMs: 1_000 } },
      ],
    });
    return () => gateway.close();
  });
  afterAll(() => Promise.all([first.close(), second.close()]));

  async function ask(stream = false) {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const request = { model: 'pool', messages: [{ role: 'user' as const, content: 'Hi' }] };
    if (!stream) {
      const { data, response } = await client.chat.completions.create(request).withResponse();
      return { text: data.choices[0]?.message.content ?? '', headers: response.headers };
    }
    const sent = await client.chat.completions.create({ ...request, stream: true }).withResponse();
    let text = '';
    for await (const chunk of sent.data) text += chunk.choices[0]?.delta.content ?? '';
    return { text, headers: sent.response.headers };
  }

  it.each(MENDED)('is mended by the next candidate: $name', async ({ reply, stream }) => {
    first.reply(reply);
    second.reply(stream ? goodStream : good);
    const { text, headers } = await ask(stream);
    expect(text).toBe('From the other one.');
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    expect(headers.get('x-dragoman-upstream')).toBe('second');
    expect(headers.get('x-dragoman-model')).toBe('m');
    expect(headers.get('x-dragoman-attempts')).toBe('2');
    expect(Number(headers.get('x-dragoman-overhead-ms'))).toBeGreaterThanOrEqual(0);
    expect(clock.slept).toEqual([]);
  });

  it.each(RETURNED)("is the client's own: $name", async ({ reply, status }) => {
    first.reply(reply);
    await expect(ask()).rejects.toMatchObject({ status });
    expect([first.calls.length, second.calls.length]).toEqual([1, 0]);
  });

  it.each(['http://127.0.0.1:9/v1', 'https', 'http://name.invalid/v1'])(
    'is mended where nobody can be reached at %s',
    async (place) => {
      // A server that does not speak TLS, where TLS is expected.
      const baseUrl = place === 'https' ? `${first.url.replace('http', 'https')}/v1` : place;
      const options = { baseUrl, apiKey: 'sk-up' };
      const own = await startGateway({
        upstreams: [
          { id: 'down', provider: 'openai', passThrough, models: { list: ['m'] }, options },
          {
            ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
            options: { baseUrl: `${second.url}/v1`, apiKey: 'sk-up' },
          },
        ],
        routing: { policy: 'order', retry: { repeats: 0 } },
      });
      second.reply(good);
      const client = new OpenAI({ baseURL: `${own.url}/v1`, apiKey: own.key, maxRetries: 0 });
      const messages = [{ role: 'user' as const, content: 'Hi' }];
      const sent = await client.chat.completions.create({ model: 'm', messages }).withResponse();
      expect(sent.response.headers.get('x-dragoman-attempts')).toBe('2');
      await own.close();
    },
  );

  it('is told in the stream once content has reached the client, and never tried again', async () => {
    first.reply({ stream: openAiBrokenStream([answer]) });
    await expect(ask(true)).rejects.toThrow();
    expect(second.calls).toHaveLength(0);
  });

  it('is told with who failed last when nobody answered', async () => {
    first.reply(refused(500));
    second.reply(refused(503));
    await expect(ask()).rejects.toMatchObject({ status: 503 });
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  });

  it("of every key is the gateway's to mend, and told as that", async () => {
    first.reply(refused(401));
    second.reply(refused(403));
    const exhausted = { status: 502, code: 'upstream_credentials_exhausted' };
    await expect(ask()).rejects.toMatchObject(exhausted);
    // Dead keys are not tried again and again.
    await expect(ask()).rejects.toMatchObject(exhausted);
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    clock.pass(60_000);
    first.reply(good);
    expect((await ask()).text).toBe('From the other one.');
  });

  it('rests, so that the next request goes elsewhere at once, until its time is over', async () => {
    first.reply(refused(429, {}, { 'retry-after': '30' }));
    second.reply(good, good, good);
    await ask();
    await ask();
    expect([first.calls.length, second.calls.length]).toEqual([1, 2]);
    clock.pass(30_000);
    first.reply(good);
    await ask();
    expect(first.calls).toHaveLength(2);
  });

  it('of all is told with when the first of them is back', async () => {
    first.reply(refused(429, {}, { 'retry-after': '30' }));
    second.reply(refused(429, {}, { 'retry-after': '20' }));
    const error = await ask().catch((thrown: unknown) => thrown as InstanceType<typeof OpenAI.APIError>);
    expect(error).toMatchObject({ status: 429 });
    const again = await ask().catch((thrown: unknown) => thrown as InstanceType<typeof OpenAI.APIError>);
    expect(again).toMatchObject({ status: 429, code: 'upstreams_unavailable' });
    for (const { headers } of [error, again] as { headers: Headers }[]) {
      expect(headers.get('retry-after')).toBe('20');
    }
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
  });

  it('is steered away from before it happens, where the upstream says that nothing is left', async () => {
    const left = { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '12s' };
    first.reply({ ...good, headers: left }, good);
    second.reply(good);
    await ask();
    await ask();
    expect([first.calls.length, second.calls.length]).toEqual([1, 1]);
    clock.pass(12_000);
    await ask();
    expect(first.calls).toHaveLength(2);
  });
});
