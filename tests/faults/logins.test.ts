import { defineProvider, oauthRefresh, secret, storedGrant } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { openai, openaiCompatible } from '@dragoman/plugin-openai';
import {
  type MockCall,
  type MockReply,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

/** OpenAI's API behind OAuth. */
const behindLogin = defineProvider({
  name: 'behind-login',
  title: 'Behind a login',
  description: 'An upstream whose tokens are refreshed.',
  options: z.strictObject({ url: z.url(), refreshToken: secret(z.string()) }),
  create({ url, refreshToken }, setup) {
    const grant = storedGrant(setup.store, refreshToken);
    const auth = oauthRefresh({ tokenUrl: `${url}/token`, clientId: 'c', grant }, setup);
    return openaiCompatible({ baseUrl: `${url}/v1`, auth });
  },
});

let gateway: RunningGateway;
let first: MockUpstream;
let second: MockUpstream;
beforeEach(async () => {
  first = await startMockUpstream();
  second = await startMockUpstream();
  second.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['From the second.'] }]) }));
  gateway = await startGateway({
    plugins: [openai(), anthropic(), { name: 'behind-login', providers: [behindLogin] }],
    traces: { record: 'full' },
    upstreams: [
      {
        ...{ id: 'first', provider: 'behind-login', models: { list: ['m'] } },
        options: { url: first.url, refreshToken: 'refresh-token-0' },
      },
      {
        ...{ id: 'second', provider: 'openai', models: { list: ['m'] } },
        options: { baseUrl: `${second.url}/v1`, apiKey: 'k' },
      },
    ],
    aliases: [
      {
        ...{ name: 'both', policy: 'order' },
        candidates: [
          { upstream: 'first', model: 'm' },
          { upstream: 'second', model: 'm' },
        ],
      },
    ],
  });
});
afterEach(async () => {
  await gateway.close();
  await Promise.all([first.close(), second.close()]);
});

/** Token after token; the server takes those that `isGood`. */
function serve(isGood: (token: string) => boolean, reply: MockReply = good): () => number {
  let refreshes = 0;
  first.handle('/token', () => ({
    body: { access_token: `access-token-${(refreshes += 1)}`, refresh_token: `refresh-token-${refreshes}` },
  }));
  first.handle('/v1/chat/completions', ({ headers }: MockCall) =>
    isGood(headers['authorization']?.slice('Bearer '.length) ?? '') ? reply : { status: 401, body: {} },
  );
  return () => refreshes;
}

const good: MockReply = { body: openAiReply([{ text: ['From the first.'] }]) };
const messages = [{ role: 'user', content: 'Hi' }];
/** The same wire as the upstream's, which passes through, and another one. */
const WAYS = {
  'passed through': (model: string, more: object = {}) =>
    gateway.post('/v1/chat/completions', { model, messages, ...more }),
  translated: (model: string, more: object = {}) =>
    gateway.post('/v1/messages', { model, messages, max_tokens: 9, ...more }),
};

describe.each(Object.entries(WAYS))('a request that is %s', (_, ask) => {
  it('gets its answer after the token was refused, with one refresh for many', async () => {
    const refreshes = serve((token) => token === 'access-token-2');
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask('first/m')));
    for (const reply of replies) expect(await reply.text()).toContain('From the first.');
    expect(refreshes()).toBe(2);
  });

  it('goes on to the next upstream if the grant is refused, and the upstream rests', async () => {
    first.handle('/token', () => ({ status: 400, body: { error: 'invalid_grant' } }));
    for (let turn = 0; turn < 3; turn += 1)
      expect(await (await ask('both')).text()).toContain('From the second.');
    expect(first.calls.map(({ path }) => path)).toEqual(['/token']);
  });

  it('goes on to the next upstream if new tokens are refused, too', async () => {
    const refreshes = serve(() => false);
    expect(await (await ask('both')).text()).toContain('From the second.');
    expect(refreshes()).toBe(2);
  });

  it.each([
    ['refuses the grant', { status: 400, body: { error: 'invalid_grant' } }],
    ['fails', { status: 500, body: {} }],
    ['cannot be reached', { cut: 'headers' as const }],
  ])('fails as a fault of the upstream if the only authorization server %s', async (_name, reply) => {
    first.handle('/token', () => reply);
    const answer = await ask('first/m');
    expect(answer.status).toBe(502);
    expect(await answer.text()).not.toContain('refresh-token');
  });

  it('never shows a token in an error after the beginning of a stream', async () => {
    const error = { data: { error: { message: 'Not for access-token-1.' } } };
    serve(() => true, { stream: [...openAiStream([{ text: ['Hello'] }]).slice(0, 2), error] });
    const text = await (await ask('first/m', { stream: true })).text();
    expect(text).toContain('Hello');
    expect(text).toContain('Not for [redacted].');
  });

  it('never shows a token that the provider got, in errors, logs or traces', async () => {
    const leak = { error: { message: 'Not for access-token-1 or refresh-token-1' } };
    serve(() => true, { status: 400, body: leak });
    const answer = await ask('first/m');
    const id = answer.headers.get('request-id') ?? '';
    expect(await answer.text()).toContain('Not for [redacted] or [redacted]');
    await expect
      .poll(() => gateway.admin<object>('GET', `/traces/${id}`).then((trace) => JSON.stringify(trace)))
      .toContain('Not for');
    const trace = JSON.stringify(await gateway.admin('GET', `/traces/${id}`));
    expect(trace).not.toMatch(/access-token-1|refresh-token-1/);
  });
});
