import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({ traces: { record: 'full' } });
});
afterAll(() => gateway.close());

const ask = (requestId: string, path = '/v1/chat/completions'): Promise<Response> =>
  gateway.post(
    path,
    { model: 'echo', max_tokens: 5, messages: [{ role: 'user', content: requestId }] },
    { headers: { 'x-request-id': requestId } },
  );

const find = async (requestId: string): Promise<readonly TraceRecord[]> =>
  (
    await gateway.admin<{ readonly traces: readonly TraceRecord[] }>(
      'GET',
      `/traces?requestId=${encodeURIComponent(requestId)}`,
    )
  ).traces;

describe('requests with one id of the client', () => {
  it('are traces of their own, each found by the id that the gateway gave it', async () => {
    const replies = [await ask('same'), await ask('same'), await ask('same')];
    expect(replies.map(({ headers }) => headers.get('x-request-id'))).toEqual(['same', 'same', 'same']);
    const ids = replies.map(({ headers }) => headers.get('request-id') ?? '');
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) {
      expect(await gateway.admin('GET', `/traces/${id}`)).toMatchObject({ id, clientRequestId: 'same' });
      expect(await gateway.admin('GET', `/traces/${id}/detail`)).toMatchObject({
        reply: { headers: { 'request-id': id } },
      });
      expect(await find(id)).toMatchObject([{ id }]);
    }
    expect((await find('same')).map(({ id }) => id)).toEqual(ids.toReversed());
    expect(await gateway.admin('GET', '/traces/same')).toMatchObject({ error: { code: 'not-found' } });
  });

  it('cannot take the place of another trace, nor of one that runs', async () => {
    const first = (await ask('mine')).headers.get('request-id') ?? '';
    const second = (await ask(first)).headers.get('request-id') ?? '';
    expect(await gateway.admin('GET', `/traces/${first}`)).toMatchObject({ clientRequestId: 'mine' });
    expect(await gateway.admin('GET', `/traces/${second}`)).toMatchObject({ clientRequestId: first });
  });

  it('are told theirs in every protocol, also with an error', async () => {
    for (const path of ['/v1/messages', '/v1/responses', '/v1beta/models/nobody:generateContent']) {
      const { headers } = await ask('mine-too', path);
      expect(headers.get('x-request-id')).toBe('mine-too');
      expect(await gateway.admin('GET', `/traces/${headers.get('request-id') ?? ''}`)).toMatchObject({
        path,
      });
    }
  });
});
