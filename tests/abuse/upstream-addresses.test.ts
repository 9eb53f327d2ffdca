import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

/** A port at which nobody listens. */
async function freePort(): Promise<number> {
  const server = createServer();
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let upstream: MockUpstream;
let gateway: RunningGateway;
let closedPort: number;
beforeAll(async () => {
  upstream = await startMockUpstream();
  closedPort = await freePort();
  const timeouts = { headersMs: 1_000, idleMs: 1_000 };
  gateway = await startGateway({
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['real'] }, timeouts },
        options: { baseUrl: `${upstream.url}/v1` },
      },
      {
        ...{ id: 'gone', provider: 'openai', models: { list: ['missing'] }, timeouts },
        options: { baseUrl: `http://127.0.0.1:${closedPort}/v1` },
      },
    ],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const FAILURES: Readonly<Record<string, MockReply>> = {
  'breaks off before it answers': { cut: 'headers' },
  'breaks off in its answer': {
    headers: { 'content-type': 'application/json' },
    rawBody: '{"id":',
    cut: true,
  },
  'does not answer': { hang: 'headers' },
  'falls silent': { headers: { 'content-type': 'application/json' }, rawBody: '{"id":', hang: true },
  'sends no gzip data': { headers: { 'content-encoding': 'gzip' }, rawBody: 'no gzip' },
  'compresses in an unknown way': { headers: { 'content-encoding': 'lzma' }, rawBody: 'x' },
};

const REQUESTS: Readonly<Record<string, (model: string) => readonly [path: string, body: object]>> = {
  'Chat Completions': (model) => [
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'x' }] },
  ],
  'a stream': (model) => [
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content: 'x' }], stream: true },
  ],
  Messages: (model) => ['/v1/messages', { model, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] }],
  embeddings: (model) => ['/v1/embeddings', { model, input: 'x' }],
  'a relay': (model) => ['/v1/moderations', { model, input: 'x' }],
};

describe('the address of an upstream', () => {
  const ask = async (model: string, request: string): Promise<string> => {
    const [path, body] = REQUESTS[request]?.(model) ?? ['', {}];
    const response = await gateway.post(path, body);
    return `${JSON.stringify([...response.headers])} ${await response.text()}`;
  };

  const cases = Object.keys(FAILURES).flatMap((failure) =>
    Object.keys(REQUESTS).map((request) => [failure, request] as const),
  );
  it.each(cases)('is not told to clients when it %s, by %s', async (failure, request) => {
    const reply = FAILURES[failure] ?? {};
    upstream.reset();
    upstream.reply(reply, reply, reply);
    const answer = await ask('real', request);
    expect(upstream.calls.length).toBeGreaterThan(0);
    expect(answer).toMatch(/"error"/);
    expect(answer).not.toContain(new URL(upstream.url).host);
  });

  it.each(Object.keys(REQUESTS))('is not told to clients when nobody listens, by %s', async (request) => {
    const answer = await ask('missing', request);
    expect(answer).toContain('gone cannot be reached (ECONNREFUSED).');
    expect(answer).not.toContain(String(closedPort));
  });
});
