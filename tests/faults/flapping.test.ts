import { Pool } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PolicyName } from '../../core/src/config/routing.ts';
import { fakeClock, seeded } from '../support/candidates.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const good: MockReply = { body: openAiReply([{ text: ['Hello.'] }]) };
const bad: MockReply = { status: 503, body: { error: { message: 'Overloaded.' } } };

const REQUESTS = 5_000;
const AT_ONCE = 16;

/** Both policies together send 10,000 requests to five upstreams, of which two fail half of the time. */
describe.each<{ readonly policy: PolicyName; readonly weights: readonly number[] }>([
  { policy: 'round-robin', weights: [1, 1, 1, 1, 1] },
  { policy: 'weighted', weights: [1, 2, 3, 1, 1] },
])('five upstreams of which two flap, by $policy', ({ policy, weights }) => {
  let upstreams: MockUpstream[];
  let gateway: RunningGateway;
  const clock = fakeClock();
  const served = [0, 0, 0, 0, 0];
  beforeAll(async () => {
    upstreams = await Promise.all(weights.map(() => startMockUpstream()));
    const random = seeded(20_261_121);
    for (const [at, upstream] of upstreams.entries()) {
      upstream.handle('/v1/chat/completions', () => {
        if (at >= 3 && random() < 0.5) return bad;
        served[at] = (served[at] ?? 0) + 1;
        return good;
      });
    }
    gateway = await startGateway({
      surroundings: { clock, random: seeded(7) },
      routing: { policy },
      upstreams: upstreams.map(({ url }, at) => ({
        id: `up${at}`,
        provider: 'openai',
        models: { list: ['m'] },
        options: { baseUrl: `${url}/v1`, apiKey: 'sk-up' },
        weight: weights[at] ?? 1,
      })),
    });
  });
  afterAll(async () => {
    await gateway.close();
    await Promise.all(upstreams.map((upstream) => upstream.close()));
  });

  it('no client sees a failure, and the sound ones share by the policy', async () => {
    const client = new Pool(gateway.url, { connections: AT_ONCE });
    const statuses = new Map<number, number>();
    let left = REQUESTS;
    const work = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        clock.pass(10);
        const { statusCode, body } = await client.request({
          method: 'POST',
          path: '/v1/chat/completions',
          headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
          body: '{"model":"m","messages":[{"role":"user","content":"Hi"}]}',
        });
        await body.dump();
        statuses.set(statusCode, (statuses.get(statusCode) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    await client.close();
    expect(Object.fromEntries(statuses)).toEqual({ 200: REQUESTS });

    // While those that flap rest, the others share what they leave.
    const [a = 0, b = 0, c = 0, d = 0, e = 0] = served;
    const sound = a + b + c;
    const [wa = 1, wb = 1, wc = 1] = weights;
    for (const [count, weight] of [
      [a, wa],
      [b, wb],
      [c, wc],
    ] as const) {
      const expected = (sound * weight) / (wa + wb + wc);
      expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
    }
    expect(d + e).toBeGreaterThan(0);
    expect(sound + d + e).toBe(REQUESTS);
  }, 60_000);
});
