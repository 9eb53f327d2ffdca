import { buffer } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  encodeFrames,
  type MockUpstream,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    server: { keepAliveMs: 20 },
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['real'] }, concurrency: { max: 2 } },
        options: { baseUrl: `${upstream.url}/v1` },
      },
      {
        ...{ id: 'gem', provider: 'gemini', models: { list: ['array'] } },
        options: { baseUrl: upstream.url, apiKey: 'k' },
      },
    ],
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const post = (path: string, body: object): Promise<Response> => gateway.post(path, body);
const chat = { model: 'real', stream: true, messages: [{ role: 'user', content: 'x' }] };
const EVENTS = { 'content-type': 'text/event-stream' };

describe('an upstream that answers oddly', () => {
  it.each([
    ['a stream of events', '/v1/chat/completions', chat, EVENTS],
    [
      'a stream that is an array',
      '/v1beta/models/array:streamGenerateContent',
      { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
      { 'content-type': 'application/json', 'content-length': '0' },
    ],
  ])('with nothing in %s is a broken one', async (_, path, body, headers) => {
    upstream.reply({ headers, rawBody: '' });
    const response = await post(path, body);
    expect(await response.text()).toMatch(/empty stream|ended early/);
  });

  it('with no events to a relay ends the reply, and gives the place back each time', async () => {
    for (let count = 0; count < 5; count += 1) {
      upstream.reply({ headers: EVENTS, rawBody: '' });
      const response = await post('/v1/moderations', { model: 'real', input: 'x' });
      expect([response.status, await response.text()]).toEqual([200, '']);
    }
  });

  it('with JSON that nests too deep is a broken one, and gives the place of its request back', async () => {
    const key = await gateway.createKey({
      name: 'deep',
      limits: { concurrentRequests: 1, tokensPerDay: 1_000_000 },
    });
    const deep = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const asked = { ...chat, stream: false };
    const ways = [
      ['/v1/chat/completions', { ...asked, model: 'array' }, 502],
      ['/v1/moderations', { model: 'real', input: 'x' }, 200],
    ] as const;
    for (const [path, body, status] of [...ways, ...ways]) {
      upstream.reply({ headers: { 'content-type': 'application/json' }, rawBody: deep });
      const response = await gateway.post(path, body, { key });
      const text = await response.text();
      expect(response.status, text).toBe(status);
      if (status === 502) expect(text).toContain('nests deeper than 512 levels');
      await expect
        .poll(() => gateway.admin('GET', '/limits'))
        .toMatchObject([{ uses: [{ name: 'concurrentRequests', used: 0 }, {}] }]);
    }
  });

  it.each([301, 302, 307])('with a redirect (%d) is a broken one', async (status) => {
    upstream.reply({ status, headers: { location: 'http://127.0.0.1:1/' } });
    const response = await post('/v1/chat/completions', chat);
    expect(response.status).toBe(502);
    expect(await response.text()).toContain(`redirect (${status})`);
  });

  it('with a length for its stream gets it back without one, so that keep-alives have room', async () => {
    const frames = openAiStream([{ text: ['Hel', 'lo'] }]);
    const bytes = await buffer(encodeFrames(frames));
    upstream.reply({ headers: { ...EVENTS, 'content-length': String(bytes.length) }, rawBody: bytes });
    const response = await post('/v1/chat/completions', chat);
    expect(response.headers.get('content-length')).toBeNull();
    expect(await response.text()).toBe(bytes.toString());
  });
});
