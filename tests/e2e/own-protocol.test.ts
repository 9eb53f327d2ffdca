import { echo } from '@dragoman/plugin-echo';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Trace, TraceDetail } from '../../console/lib/admin/types.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { tiny } from '../support/tiny-protocol.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ plugins: [tiny(), echo()], traces: { record: 'full' } });
});
afterAll(() => gateway.close());

const QUESTION = { ask: 'echo', lines: ['user: Hello'], live: false };

const ask = (query: string, headers: Readonly<Record<string, string>>): Promise<Response> =>
  fetch(`${gateway.url}/tiny/ask${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(QUESTION),
  });

describe('the key of a client of a protocol that only its plugin knows', () => {
  it.each([
    ['a header of the protocol', (key: string) => ['', { 'x-tiny-ticket': key }] as const],
    ['its field of the query', (key: string) => [`?tiny=${key}`, {}] as const],
    ['a Bearer token', (key: string) => ['', { authorization: `Bearer ${key}` }] as const],
  ])('is taken from %s, and kept nowhere', async (_, placed) => {
    const [query, headers] = placed(gateway.key);
    const response = await ask(query, headers);
    expect(await response.json()).toEqual({ said: 'You said: Hello' });
    const id = response.headers.get('request-id') ?? '';
    const detail = JSON.stringify(await gateway.admin<TraceDetail>('GET', `/traces/${id}/detail`));
    expect(detail).toContain('user: Hello');
    expect(detail).not.toContain(gateway.key);
  });

  it('is not taken from where only other protocols have it', async () => {
    expect((await ask('', { 'x-api-key': gateway.key })).status).toBe(401);
    expect((await ask(`?key=${gateway.key}`, {})).status).toBe(401);
    expect(await (await fetch(gateway.url)).json()).toMatchObject({
      authentication: 'A key of this gateway, as `Authorization: Bearer`, `x-tiny-ticket`.',
    });
  });
});

it('a replay repeats the headers that the protocol gives a meaning, without the key', async () => {
  const response = await ask('', { 'x-tiny-ticket': gateway.key, 'x-tiny-mode': 'loud', 'x-other': 'o' });
  const id = response.headers.get('request-id') ?? '';
  const replay = await gateway.admin<{ readonly id: string }>('POST', `/traces/${id}/replay`, {});
  const { request, repeatedHeaders } = await gateway.admin<TraceDetail>('GET', `/traces/${replay.id}/detail`);
  expect(request.headers).toMatchObject({ 'x-tiny-mode': 'loud' });
  expect(request.headers).not.toHaveProperty('x-other');
  expect(request.headers).not.toHaveProperty('x-tiny-ticket');
  expect(repeatedHeaders).toMatchObject({ 'x-tiny-mode': 'loud' });
  expect(await gateway.admin<Trace>('GET', `/traces/${replay.id}`)).toMatchObject({ protocol: 'tiny' });
});
