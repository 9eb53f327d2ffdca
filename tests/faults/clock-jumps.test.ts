import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiModels,
  openAiReply,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const DAY = 24 * 60 * 60_000;
const PASSWORD = 'correct horse battery';

let time: number;
let elapsed: number;
let upstream: MockUpstream;
let gateway: RunningGateway;
let answer: MockReply;
beforeEach(async () => {
  // In the middle of a month.
  time = Date.parse('2026-11-15T12:00:00Z');
  elapsed = time;
  upstream = await startMockUpstream();
  answer = { body: openAiReply([{ text: ['Hi.'] }]) };
  upstream.handle('/v1/models', () => ({ body: openAiModels(['m']) }));
  upstream.handle('/v1/chat/completions', () => answer);
  gateway = await startGateway({
    upstreams: [
      { id: 'up', provider: 'openai', options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' } },
    ],
    prices: { m: { input: 1_000, output: 2_000 } },
    overrides: { adminPassword: PASSWORD },
    surroundings: {
      clock: { now: () => time, steady: () => elapsed, sleep: () => Promise.resolve() },
    },
  });
});
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const pass = (ms: number): void => {
  time += ms;
  elapsed += ms;
};
const say = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };

async function signIn(): Promise<() => Promise<number>> {
  const url = `${gateway.url}/admin/api/v1`;
  const headers = { 'content-type': 'application/json', 'x-dragoman-csrf': '1' };
  const body = JSON.stringify({ password: PASSWORD });
  const { headers: set } = await fetch(`${url}/session`, { method: 'POST', headers, body });
  const cookie = set.get('set-cookie')?.split(';')[0] ?? '';
  return async () => (await fetch(`${url}/keys`, { headers: { ...headers, cookie } })).status;
}

describe('a clock that is 60 days ahead for 36 seconds', () => {
  it('loses no conversation, no budget and no sign-in', async () => {
    const secret = await gateway.createKey({ name: 'agent', limits: { costPerMonth: 100 } });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: secret, maxRetries: 0 });
    const use = async (previous?: string): Promise<string> => {
      const next = {
        model: 'm',
        input: 'Hi',
        ...(previous !== undefined && { previous_response_id: previous }),
      };
      return (await client.responses.create(next)).id;
    };
    const used = async (): Promise<number | undefined> =>
      (
        await gateway.admin<readonly { readonly uses: readonly { readonly used: number }[] }[]>(
          'GET',
          '/limits',
        )
      )
        .flatMap(({ uses }) => uses)
        .map((each) => each.used)[0];
    const session = await signIn();
    const first = await use();
    const before = await used();
    expect(before).toBeGreaterThan(0);

    time += 60 * DAY;
    expect(await session()).toBe(200);
    const second = await use(first);
    pass(36_000);
    expect(await session()).toBe(200);
    time -= 60 * DAY;

    expect(await used()).toBe(before);
    expect(await session()).toBe(200);
    await use(second);
    expect(JSON.stringify(upstream.lastCall.body).split('"Hi."')).toHaveLength(3);
    // What was used meanwhile makes nothing last longer.
    pass(3 * 60 * 60_000);
    expect(await session()).toBe(401);
  });

  it('makes no upstream rest for longer than it should', async () => {
    const chat = async (): Promise<number> => {
      const response = await gateway.post('/v1/chat/completions', say);
      await response.text();
      return response.status;
    };
    expect(await chat()).toBe(200);
    time += 60 * DAY;
    const fine = answer;
    answer = { status: 401, body: { error: { message: 'No.' } } };
    expect(await chat()).toBe(502);
    pass(36_000);
    time -= 60 * DAY;
    const [resting] = await gateway.admin<readonly { readonly until: string }[]>('GET', '/health');
    expect(Date.parse(resting?.until ?? '')).toBeGreaterThan(time);
    expect(Date.parse(resting?.until ?? '')).toBeLessThan(time + 60_000);
    pass(60_000);
    answer = fine;
    expect(await chat()).toBe(200);
  });
});
