import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

const MIB = 1024 * 1024;
let upstream: MockUpstream;
let gateway: RunningGateway;
let key = '';
beforeAll(async () => {
  upstream = await startMockUpstream();
  upstream.handle('/moderations', () => ({ body: { id: 'm', results: [] } }));
  const options = { apiKey: 'k', baseUrl: upstream.url };
  gateway = await startGateway({
    upstreams: [{ id: 'up', provider: 'openai', models: { list: ['m'] }, options }],
  });
  key = await gateway.createKey({ name: 'any key' });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const FORM = 'multipart/form-data; boundary=b';
const form = (headers: string): string =>
  `--b\r\ncontent-disposition: form-data; ${headers}\r\n\r\nx\r\n--b--\r\n`;

it.each<[string, string, () => string]>([
  ['many names', 'application/x-www-form-urlencoded', () => 'a&'.repeat(MIB / 8)],
  ['a name of many parts', FORM, () => form(`name="${'a.'.repeat(4 * MIB)}"`)],
  ['many header lines', FORM, () => form(`name="x"\r\n${'a\r\n'.repeat(4 * MIB)}`)],
  ['many parts', FORM, () => `${form('name="x"').slice(0, -7).repeat(2_000)}--b--\r\n`],
  ['many twins of its model', 'application/json', () => `{${'"model":"up/m",'.repeat(MIB)}"a":1}`],
])('a body of %s is refused before it is worked on', async (_, type, make) => {
  const reply = await fetch(`${gateway.url}/v1/moderations`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': type },
    body: make(),
  });
  expect(reply.status).toBe(400);
  expect(await reply.text()).toMatch(/more than 1,000|longer than 8 KiB/);
  expect(upstream.calls.filter(({ method }) => method === 'POST')).toEqual([]);
});
