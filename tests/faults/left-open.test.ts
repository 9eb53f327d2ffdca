import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: [
      {
        ...{ id: 'mock', provider: 'openai', models: { list: ['gpt-a'] } },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream' },
      },
    ],
    routing: { retry: { repeats: 0 }, breaker: { failures: 1_000 } },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});
afterEach(() => upstream.reset());

const error = { message: 'Overloaded.', type: 'overloaded_error' };
const long = { data: { choices: [{ index: 0, delta: { content: 'x'.repeat(200_000) } }] } };

/** Replies that fail although they go on. */
const REPLIES: readonly (readonly [string, MockReply])[] = [
  ['a stream that begins with an error', { stream: [{ event: 'error', data: { error } }, long], hang: true }],
  ['a compressed one', { stream: [{ event: 'error', data: { error } }, long], hang: true, gzip: true }],
  ['a stream of something else', { stream: [{ data: 'nonsense' }, long], hang: true }],
  ['an error without an end', { status: 500, rawBody: 'x'.repeat(500_000), hang: true }],
  ['a redirect with a body', { status: 302, rawBody: 'x'.repeat(500_000), hang: true }],
];

/** The same protocol passes through, the other is translated. */
const PATHS = ['/v1/chat/completions', '/v1/messages'];

describe('the connection of an attempt that failed', () => {
  it.each(REPLIES.flatMap(([name, reply]) => PATHS.map((path) => [name, path, reply] as const)))(
    'is closed: %s, %s',
    async (_, path, reply) => {
      upstream.reply(reply);
      const messages = [{ role: 'user', content: 'Hello.' }];
      const answer = await gateway.post(path, { model: 'gpt-a', max_tokens: 9, stream: true, messages });
      expect(answer.status).toBeGreaterThanOrEqual(429);
      await answer.text();
      await upstream.lastCall.aborted;
    },
  );
});
