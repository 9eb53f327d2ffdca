import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: upstream.url, apiKey: 'up-key' };
  gateway = await startGateway({
    upstreams: [{ id: 'up', provider: 'openai', models: { list: ['m'] }, options }],
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

async function ask(more: string): Promise<readonly [status: number, text: string]> {
  const message = '{"role":"assistant","content":"fine"}';
  const rawBody = `{"choices":[{"index":0,"message":${message},"finish_reason":"stop"}],"x":${more}}`;
  upstream.reply({ headers: { 'content-type': 'application/json' }, rawBody });
  const body = { model: 'm', max_tokens: 5, messages: [{ role: 'user', content: 'x' }] };
  const answer = await gateway.post('/v1/messages', body);
  return [answer.status, await answer.text()];
}

describe('a reply that is converted', () => {
  it.each([
    ['empty lists', `[${'[],'.repeat(600_000)}[]]`],
    ['fields', `{${Array.from({ length: 600_000 }, (_, at) => `"k${at}":1`).join()}}`],
  ])('is not parsed when it has too many %s', async (_, more) => {
    const [status, text] = await ask(more);
    expect(status).toBe(502);
    expect(text).toContain('JSON of more than 500,000 objects, lists and fields');
  });

  it('may hold a picture of many megabytes', async () => {
    const [status, text] = await ask(`"${'[{:'.repeat(4_000_000)}"`);
    expect([status, text]).toEqual([200, expect.stringContaining('fine')]);
  });
});
