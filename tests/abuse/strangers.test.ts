import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Agent, request } from 'undici';
import type { StatsRow } from '../../core/src/trace/query.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

const agent = new Agent({ connections: 32, pipelining: 4 });
afterAll(() => agent.close());

const BODY = JSON.stringify({ model: 'echo', messages: [{ role: 'user', content: 'x' }] });

let clock: { at: number };
let gateway: RunningGateway;
const start = async (options: Parameters<typeof startGateway>[0] = {}): Promise<void> => {
  clock = { at: Date.parse('2026-11-21T12:00:00Z') };
  gateway = await startGateway({
    ...{ traces: { record: 'no-bodies' }, metrics: { enabled: true } },
    ...options,
    surroundings: { clock: { now: () => clock.at, sleep: () => Promise.resolve() } },
  });
};
afterEach(() => gateway.close());

/** Asks as somebody; the status and the text of the answer. */
async function ask(
  headers: Readonly<Record<string, string>>,
  path = '/v1/chat/completions',
): Promise<{ readonly status: number; readonly retryAfter: unknown; readonly text: string }> {
  const {
    statusCode,
    headers: own,
    body,
  } = await request(gateway.url + path, {
    ...{ dispatcher: agent, method: 'POST', body: BODY },
    headers: { 'content-type': 'application/json', ...headers },
  });
  return { status: statusCode, retryAfter: own['retry-after'], text: await body.text() };
}

const askWith = (key: string) => ask({ authorization: `Bearer ${key}` });

async function flood(count: number): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>();
  for (let at = 0; at < count; at += 100) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => askWith('sk-dgm-wrong')));
    for (const { status } of answers) statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  return statuses;
}

const list = async (query = ''): Promise<readonly TraceRecord[]> =>
  (await gateway.admin<{ readonly traces: readonly TraceRecord[] }>('GET', `/traces?limit=500${query}`))
    .traces;

async function refusals(reason: string): Promise<number> {
  const text = await (await fetch(`${gateway.url}/metrics`)).text();
  const line = new RegExp(`^dragoman_refused_requests_total\\{reason="${reason}"\\} (\\d+)$`, 'm').exec(text);
  return Number(line?.[1] ?? 0);
}

describe('a flood of wrong keys', () => {
  beforeEach(() => start({ traces: { record: 'no-bodies', maxCount: 50 } }));

  it('leaves the store as it was, but for a marked sample, and is counted whole', async () => {
    expect((await askWith(gateway.key)).status).toBe(200);
    const [mine] = await list();
    const statuses = await flood(1_000);
    expect(statuses.get(401)).toBe(100);
    expect(statuses.get(429)).toBe(900);

    expect(await gateway.admin('GET', `/traces/${mine?.id ?? ''}`)).toMatchObject({ outcome: 'ok' });
    const refused = await list('&outcome=refused');
    expect(refused).toHaveLength(10);
    expect(refused.every((trace) => trace.refused === 'unknown-key' && trace.keyId === undefined)).toBe(true);
    expect(await list()).toHaveLength(11);
    expect(await refusals('unknown-key')).toBe(100);
    expect(await refusals('too-many-failures')).toBe(900);
  });

  it('is slowed down in the envelope of the protocol, while a right key from there is served', async () => {
    await flood(200);
    clock.at += 15_000;
    const slowed = await askWith('sk-dgm-wrong');
    expect(slowed).toMatchObject({ status: 429, retryAfter: '45' });
    expect(JSON.parse(slowed.text)).toMatchObject({ error: { code: 'too_many_failed_keys' } });
    const anthropic = await ask({ 'x-api-key': 'sk-dgm-wrong' }, '/v1/messages');
    expect(anthropic).toMatchObject({ status: 429, retryAfter: '45' });
    expect(JSON.parse(anthropic.text)).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    const gemini = await ask({ 'x-goog-api-key': 'no' }, '/v1beta/models/echo:generateContent');
    expect(JSON.parse(gemini.text)).toMatchObject({ error: { status: 'RESOURCE_EXHAUSTED' } });
    expect((await askWith(gateway.key)).status).toBe(200);
    clock.at += 45_000;
    expect((await askWith('sk-dgm-wrong')).status).toBe(401);
  });

  it('does not shift what is known of the requests of keys', async () => {
    await askWith(gateway.key);
    await flood(300);
    const stats = await gateway.admin<readonly StatsRow[]>('GET', '/traces/stats');
    expect(stats).toMatchObject([{ requests: 1, errors: 0 }]);
    const metrics = await (await fetch(`${gateway.url}/metrics`)).text();
    const requests = metrics.match(/^dragoman_requests_total\{.*$/gm) ?? [];
    expect(requests).toHaveLength(1);
    expect(requests[0]).toMatch(/outcome="ok".* 1$/);
  });
});

describe('who is refused at the door', () => {
  it('is counted by the reason, and recorded with it where a model was asked for', async () => {
    await start();
    const off = await gateway.createKey({ name: 'off', enabled: false });
    const old = await gateway.createKey({ name: 'old', expiresAt: new Date(clock.at + 1_000).toISOString() });
    clock.at += 2_000;
    const cases = {
      'no-key': () => ask({}),
      'unknown-key': () => askWith('sk-dgm-wrong'),
      'disabled-key': () => askWith(off),
      'expired-key': () => askWith(old),
      'bad-pass': () => ask({ 'x-dragoman-pass': 'no' }),
      'unknown-url': () => ask({}, '/nowhere'),
      admin: () => ask({}, '/admin/api/v1/keys'),
    };
    for (const [reason, knock] of Object.entries(cases)) {
      const { status } = await knock();
      expect([401, 404, 405]).toContain(status);
      expect(await refusals(reason)).toBe(1);
    }
    const recorded = (await list('&outcome=refused')).map(({ refused, bodies, status }) => [
      ...[refused, bodies, status],
    ]);
    expect(recorded).toEqual(
      ['bad-pass', 'expired-key', 'disabled-key', 'unknown-key', 'no-key'].map((reason) => [
        ...[reason, 'gateway', 401],
      ]),
    );
  });

  it('is a web page under a foreign name, where no keys are needed', async () => {
    await start({ auth: false });
    expect((await ask({ host: 'evil.example' })).status).toBe(403);
    expect(await refusals('foreign-host')).toBe(1);
    expect((await ask({})).status).toBe(200);
    expect(await list()).toMatchObject([{ outcome: 'ok' }]);
  });

  it('is nobody who asks under the public name of an open gateway', async () => {
    const server = { publicUrl: 'https://llm.example.com' };
    await start({ auth: false, server, overrides: { allowOpen: true } });
    for (const host of ['llm.example.com', 'LLM.example.com:443', 'localhost'])
      expect((await ask({ host, 'x-forwarded-for': '203.0.113.7' })).status).toBe(200);
    expect((await ask({ host: 'other.example.com' })).status).toBe(403);
  });

  it.each(['x-forwarded-for', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via', 'cf-ray'])(
    'is whoever an unknown proxy of this machine forwards for, where no keys are needed: %s',
    async (header) => {
      await start({ auth: false });
      for (const path of ['/v1/chat/completions', '/admin/api/v1/session'])
        expect((await ask({ [header]: '203.0.113.7' }, path)).status).toBe(403);
      expect((await ask({})).status).toBe(200);
    },
  );

  it('is nobody with a key, whatever goes wrong', async () => {
    await start();
    await gateway.chat({ model: 'nobody', messages: [] });
    expect(await list()).toMatchObject([{ outcome: 'error', keyName: 'first key' }]);
  });
});
