import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

/** Ten times the budget of the key, for one answer. */
const LONG = { prompt_tokens: 1, completion_tokens: 100_000, total_tokens: 100_001 };
const AT_ONCE = 20;

let upstream: MockUpstream;
let gateway: RunningGateway;
let key: string;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
beforeEach(async () => {
  upstream.reset();
  gateway = await startGateway({
    prices: { m: { input: 1, output: 100 } },
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
        options: { apiKey: 'k', baseUrl: `${upstream.url}/v1` },
      },
    ],
  });
  key = await gateway.createKey({ name: 'k', limits: { costTotal: 1 } });
});
afterEach(() => gateway.close());
afterAll(() => upstream.close());

const ask = (): Promise<Response> =>
  fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] }),
  });

describe('a budget, and requests that do not limit their answers', () => {
  it('is not spent many times over by those that come at once', async () => {
    // No answer comes before all requests were either sent on or refused.
    const all = Promise.withResolvers<void>();
    let decided = 0;
    const decide = (): void => {
      decided += 1;
      if (decided === AT_ONCE) all.resolve();
    };
    upstream.handle('/v1/chat/completions', async () => {
      decide();
      await all.promise;
      return { body: { ...openAiReply([{ text: ['hi'] }]), usage: LONG } };
    });
    const replies = await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        const reply = await ask();
        if (reply.status === 429) decide();
        return {
          status: reply.status,
          retryAfter: reply.headers.get('retry-after'),
          text: await reply.text(),
        };
      }),
    );
    const refused = replies.filter(({ status }) => status === 429);
    expect(upstream.calls).toHaveLength(1);
    expect(refused).toHaveLength(AT_ONCE - 1);
    // The budget is only reserved, so it is worth trying again soon.
    for (const { text, retryAfter } of refused) {
      expect(text).toContain('reserved by running requests');
      expect(retryAfter).toBe('1');
    }
    const spent = await ask();
    expect(spent.status).toBe(429);
    expect(await spent.text()).toContain('budget_exceeded');
  });

  it('is charged what was delivered and not what was reserved', async () => {
    upstream.handle('/v1/chat/completions', () => ({ body: openAiReply([{ text: ['hi'] }]) }));
    for (let request = 0; request < 5; request += 1) {
      const reply = await ask();
      expect(reply.status).toBe(200);
      await reply.text();
    }
    const [{ uses }] = await gateway.admin<[{ uses: [{ used: number }] }]>('GET', '/limits');
    expect(uses[0].used).toBeLessThan(0.01);
  });
});
