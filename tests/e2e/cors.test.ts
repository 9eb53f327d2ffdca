import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';

let gateway: RunningGateway | undefined;
afterEach(() => gateway?.close());

async function preflight(
  cors?: NonNullable<GatewayOptions['server']>['cors'],
  origin = 'https://app.example',
): Promise<Response> {
  gateway = await startGateway({ server: cors === undefined ? {} : { cors } });
  return fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'OPTIONS',
    headers: {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    },
  });
}

describe('web pages of other origins', () => {
  it('may not call the gateway unless they are named', async () => {
    expect((await preflight()).headers.get('access-control-allow-origin')).toBeNull();
  });

  it('may when they are named, and only they', async () => {
    const named = await preflight(['https://app.example']);
    expect(named.status).toBe(204);
    expect(named.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(named.headers.get('access-control-allow-headers')).toBe('authorization');
    await gateway?.close();
    const other = await preflight(['https://app.example'], 'https://evil.example');
    expect(other.headers.get('access-control-allow-origin')).toBeFalsy();
  });

  it('get the headers on replies and on errors too', async () => {
    gateway = await startGateway({ server: { cors: '*' } });
    for (const key of [gateway.key, 'wrong']) {
      const response = await fetch(`${gateway.url}/v1/models`, {
        headers: { origin: 'https://any.example', authorization: `Bearer ${key}` },
      });
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
    }
    const chat = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { origin: 'https://any.example', authorization: `Bearer ${gateway.key}` },
      body: '{"model":"echo","messages":[{"role":"user","content":"x"}]}',
    });
    expect(chat.headers.get('access-control-allow-origin')).toBe('*');
  });
});
