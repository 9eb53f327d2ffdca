import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { sendRaw } from '../support/raw-request.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.close());

const upgrade = (path: string, protocol: string) =>
  sendRaw(gateway.url, {
    ...{ method: 'GET', path },
    headers: {
      ...(path.startsWith('/v1beta')
        ? { 'x-goog-api-key': gateway.key }
        : { authorization: `Bearer ${gateway.key}` }),
      connection: 'Upgrade',
      upgrade: protocol,
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    },
  });

describe('a request to go on as a WebSocket', () => {
  it.each(['/v1/realtime?model=echo/echo', '/v1/responses', '/nothing/here'])(
    'is refused with a sentence at %s',
    async (path) => {
      const { status, headers, body } = await upgrade(path, 'websocket');
      expect(headers).toMatchObject({ connection: 'upgrade', upgrade: 'HTTP/1.1' });
      expect(status).toBe(426);
      expect(JSON.parse(body)).toMatchObject({
        error: {
          code: 'websocket_not_supported',
          message: expect.stringContaining('WebSocket') as string,
        },
      });
    },
  );

  it("is refused in Gemini's envelope at its paths", async () => {
    const { status, body } = await upgrade('/v1beta/live', 'websocket');
    expect(status).toBe(426);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 426, status: 'FAILED_PRECONDITION' } });
  });
});

it('serves a request that cannot become one', async () => {
  const answer = await sendRaw(gateway.url, {
    ...{ method: 'POST', path: '/v1/chat/completions' },
    headers: {
      authorization: `Bearer ${gateway.key}`,
      'content-type': 'application/json',
      connection: 'Upgrade',
      upgrade: 'websocket',
    },
    body: '{"model":"echo","messages":[{"role":"user","content":"Hi"}]}',
  });
  expect(answer.status).toBe(200);
});

it('serves a request that offers another protocol', async () => {
  expect((await upgrade('/v1/models', 'h2c')).status).toBe(200);
});
