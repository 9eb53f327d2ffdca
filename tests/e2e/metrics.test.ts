import { readFile } from 'node:fs/promises';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, startMockUpstream } from '@dragoman/testing/upstreams';

const TOKEN = 'the-token-of-prometheus';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
afterEach(() => gateway.close());
afterAll(() => upstream.close());

async function start(
  metrics: GatewayOptions['metrics'],
  server: GatewayOptions['server'] = {},
): Promise<void> {
  upstream.reset();
  gateway = await startGateway({
    ...(metrics && { metrics }),
    server,
    routing: { policy: 'order', retry: { repeats: 0 } },
    prices: { m: { input: 1_000, output: 2_000 } },
    upstreams: ['one', 'two'].map((id) => ({
      ...{ id, provider: 'openai', models: { list: ['m'] } },
      options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
    })),
  });
}

const scrape = (headers: Readonly<Record<string, string>> = {}, url = gateway.url): Promise<Response> =>
  fetch(`${url}/metrics`, { headers });

/** The value of a line, by its name and labels in any order. */
function valueOf(text: string, name: string, ...labels: readonly string[]): number | undefined {
  const line = text
    .split('\n')
    .find((each) => each.startsWith(`${name}{`) && labels.every((label) => each.includes(label)));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
}

describe('metrics', () => {
  it('tell what is used of limits', async () => {
    await start({});
    await gateway.createKey({ name: 'agent', limits: { requestsPerMinute: 4 } });
    const text = await (await scrape()).text();
    expect(valueOf(text, 'dragoman_limit_used_ratio', 'name="agent"', 'limit="requestsPerMinute"')).toBe(0);
  });

  it('have every name that the dashboard of the docs asks for', async () => {
    await start({});
    const dashboard = await readFile(new URL('../../docs/grafana.json', import.meta.url), 'utf8');
    const names = new Set(
      dashboard.match(/dragoman_[a-z_0-9]+/g)?.map((name) => name.replace(/_bucket$/, '')),
    );
    expect(names.size).toBeGreaterThan(10);
    const served = await (await scrape()).text();
    expect([...names].filter((name) => !served.includes(`# TYPE ${name} `))).toEqual([]);
  });

  it('count requests, attempts, tokens and money', async () => {
    await start({});
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hi' }] };
    upstream.reply(
      { status: 429, body: { error: { message: 'No.' } } },
      { body: openAiReply([{ text: ['Hi.'] }]) },
    );
    await client.chat.completions.create(request);
    await client.chat.completions.create({ ...request, model: 'from a client' }).catch(() => {});
    const text = await (await scrape()).text();
    const served = ['protocol="openai-chat"', 'upstream="two"'];
    expect(valueOf(text, 'dragoman_requests_total', ...served, 'outcome="ok"')).toBe(1);
    expect(valueOf(text, 'dragoman_requests_total', 'error="not-found"')).toBe(1);
    expect(valueOf(text, 'dragoman_attempts_total', 'upstream="one"', 'error="rate-limit"')).toBe(1);
    expect(valueOf(text, 'dragoman_attempts_total', 'upstream="two"', 'reason="next"')).toBe(1);
    expect(valueOf(text, 'dragoman_tokens_total', ...served, 'kind="output"')).toBe(7);
    expect(valueOf(text, 'dragoman_cost_dollars_total', ...served)).toBeCloseTo(0.026);
    expect(valueOf(text, 'dragoman_time_to_first_token_seconds_count', ...served)).toBe(1);
    expect(valueOf(text, 'dragoman_upstream_resting', 'upstream="one"')).toBe(1);
    expect(valueOf(text, 'dragoman_upstream_rest_seconds', 'upstream="one"')).toBeGreaterThan(0);
    expect(valueOf(text, 'dragoman_upstream_rest_seconds', 'upstream="two"')).toBe(0);
    expect(valueOf(text, 'dragoman_upstream_breakers', 'upstream="one"', 'state="open"')).toBe(1);
    expect(valueOf(text, 'dragoman_upstream_breakers', 'upstream="two"', 'state="closed"')).toBe(1);
    expect(valueOf(text, 'dragoman_upstream_breakers', 'upstream="two"', 'state="half-open"')).toBe(0);
    expect(text).toMatch(/^dragoman_nodejs_eventloop_lag_seconds /m);
    // Clients choose names, so they make no series.
    expect(text).not.toContain('from a client');
  });

  it('are shown to this machine, or to who has the token', async () => {
    await start({});
    expect((await scrape()).status).toBe(200);
    expect((await scrape({ 'x-forwarded-for': '203.0.113.7' })).status).toBe(403);
    await gateway.close();
    await start({ token: TOKEN });
    expect((await scrape()).status).toBe(401);
    expect((await scrape({ authorization: `Bearer ${gateway.key}` })).status).toBe(401);
    expect((await scrape({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });

  it.each([{ trustedProxies: ['127.0.0.1'] }, { publicUrl: 'https://llm.example.com' }])(
    'need the token where a proxy is configured: %j',
    async (server) => {
      await start({}, server);
      const refused = await scrape();
      expect(refused.status).toBe(403);
      expect(await refused.text()).toContain('metrics.token');
      await gateway.close();
      await start({ token: TOKEN }, server);
      expect((await scrape({ authorization: `Bearer ${TOKEN}` })).status).toBe(200);
    },
  );

  it('may have a port of their own, or none', async () => {
    await start({ enabled: false });
    expect((await scrape()).status).toBe(404);
    await gateway.close();
    await start({ port: 0 });
    expect((await scrape()).status).toBe(404);
    expect((await scrape({}, gateway.gateway.metricsUrl)).status).toBe(200);
    expect((await fetch(`${gateway.gateway.metricsUrl}/v1/models`)).status).toBe(404);
  });
});
