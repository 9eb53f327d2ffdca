import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw } from '../support/raw-request.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
let port: string;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    auth: false,
    server: { cors: ['https://app.test'] },
    upstreams: [
      {
        ...{ id: 'up', provider: 'openai', models: { list: ['m'] } },
        options: { apiKey: 'k', baseUrl: `${upstream.url}/v1` },
      },
    ],
  });
  ({ port } = new URL(gateway.url));
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

/** As `fetch(url, { method: 'POST', mode: 'no-cors', body })` sends it, which asks nobody for permission. */
async function post(path: string, body: string, headers: Readonly<Record<string, string>>) {
  upstream.reset();
  upstream.reply({ body: { id: 'x', results: [] } });
  const { status } = await sendRaw(gateway.url, {
    ...{ method: 'POST', path, body },
    headers: {
      host: `localhost:${port}`,
      'sec-fetch-mode': 'no-cors',
      'sec-fetch-dest': 'empty',
      'content-type': 'text/plain;charset=UTF-8',
      'content-length': String(Buffer.byteLength(body)),
      ...headers,
    },
  });
  return { status, reached: upstream.calls.length };
}

const form = '--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n--b--\r\n';

describe('a page of another site, at a gateway without authentication', () => {
  it.each([
    ['/v1/chat/completions', '{"model":"m","messages":[{"role":"user","content":"spend"}]}'],
    ['/v1/moderations', '{"model":"m","input":"x"}'],
    ['/v1/batches/batch_1/cancel', ''],
    ['/v1/files', form],
  ])('has nothing done at %s', async (path, body) => {
    const foreign: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.test', 'sec-fetch-site': 'cross-site' },
      { origin: 'https://evil.test' },
      { origin: 'null' },
      { origin: `http://localhost.evil.test:${port}` },
      // Another port of this machine is the same site, and another origin.
      { origin: 'http://localhost:1', 'sec-fetch-site': 'same-site' },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of foreign) {
      expect(await post(path, body, headers), JSON.stringify(headers)).toEqual({ status: 403, reached: 0 });
    }
  });

  it('is served where it is of the own origin, of one that server.cors names, or of no browser', async () => {
    const own: readonly Readonly<Record<string, string>>[] = [
      { origin: `http://localhost:${port}`, 'sec-fetch-site': 'same-origin' },
      { origin: 'https://app.test', 'sec-fetch-site': 'cross-site' },
      {},
    ];
    for (const headers of own) {
      expect(await post('/v1/moderations', '{"model":"m","input":"x"}', headers)).toEqual({
        status: 200,
        reached: 1,
      });
    }
  });

  it('may link to the console', async () => {
    const { status } = await sendRaw(gateway.url, {
      ...{ method: 'GET', path: '/', body: '' },
      headers: {
        host: `localhost:${port}`,
        'sec-fetch-site': 'cross-site',
        'sec-fetch-mode': 'navigate',
        'sec-fetch-dest': 'document',
      },
    });
    expect(status).toBe(200);
  });
});
