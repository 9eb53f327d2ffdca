import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw } from '../support/raw-request.ts';

/** Requests for one kept reply, all that its id gives a right to. */
const OWN: readonly (readonly [string, string])[] = [
  ['GET', '/v1/responses/ID'],
  ['DELETE', '/v1/responses/ID'],
  ['POST', '/v1/responses/ID/cancel'],
  ['GET', '/v1/responses/ID/input_items'],
  ['GET', '/v1/chat/completions/ID'],
  ['POST', '/v1/chat/completions/ID'],
  ['DELETE', '/v1/chat/completions/ID'],
  ['GET', '/v1/chat/completions/ID/messages'],
];

const OTHERS: readonly (readonly [string, string])[] = [
  ['POST', '/v1/files/file-x/ID'],
  ['GET', '/v1/files/ID'],
  ['POST', '/v1/organization/projects/ID/archive'],
  ['GET', '/v1/organization/admin_api_keys;resp=,ID'],
  ['GET', '/v1/files;x,ID'],
  ['GET', '/v1/responses/ID,other'],
  ['GET', '/v1/responses/other,ID'],
  ['GET', '/v1/responses/ID;x'],
  ['GET', '/v1/responses/%49D'],
  ['POST', '/v1/responses/ID'],
  ['PUT', '/v1/responses/ID'],
  ['GET', '/v1/responses/ID/'],
  ['GET', '/v1/responses/ID/other'],
  ['GET', '/v1/responses/x/ID/input_items'],
  ['GET', '/v1/responses/other/input_items?id=ID'],
  ['GET', '/v1/files?after=ID'],
];

const ID = 'resp_a1';

describe('an own reply that an upstream keeps', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1`, wire: 'auto' };
    gateway = await startGateway({
      upstreams: ['up', 'second'].map((id) => ({
        ...{ id, provider: 'openai', models: { list: [`${id}-m`] }, options },
      })),
    });
    await respond(ID);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });
  beforeEach(() => upstream.reset());

  const send = (method: string, path: string, more: object = {}): Promise<RawReply> =>
    sendRaw(gateway.url, {
      ...{ method, path },
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json', ...more },
      ...(method === 'POST' && { body: '{}' }),
    });

  /** Gets a reply of that id from the first upstream, which keeps it. */
  async function respond(id: string, more: object = {}): Promise<void> {
    upstream.reply({ body: { id, object: 'response', status: 'completed', output: [] } });
    const { status } = await sendRaw(gateway.url, {
      ...{ method: 'POST', path: '/v1/responses' },
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'up-m', input: 'hi', ...more }),
    });
    expect(status).toBe(200);
  }

  it.each(OWN)('can be asked for: %s %s', async (method, path) => {
    upstream.reply({ body: { id: ID } });
    expect((await send(method, path.replace('ID', ID))).status).toBe(200);
  });

  it.each(OTHERS)('gives no right to anything else: %s %s', async (method, path) => {
    upstream.reply({ body: { id: 'secret' } });
    const { status, body } = await send(method, path.replace('%49D', '%72esp_a1').replace('ID', ID));
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'relay_not_allowed' } });
    expect(upstream.calls.length).toBe(0);
  });

  it('gives no right to ask another upstream for it', async () => {
    upstream.reply({ body: { id: ID } });
    const { status } = await send('GET', `/v1/responses/${ID}`, { 'x-dragoman-upstream': 'second' });
    expect(status).toBe(404);
    expect(upstream.calls.length).toBe(0);
  });

  it.each(['files', 'resp_of_somebody'])('is not one whose id the client chose: %s', async (id) => {
    await respond(id, { request_id: id });
    upstream.reset();
    upstream.reply({ body: { id: 'secret' } });
    for (const path of [`/v1/${id}`, `/v1/responses/${id}`])
      expect((await send('GET', path)).status).toBe(403);
    expect(upstream.calls.length).toBe(0);
  });
});
