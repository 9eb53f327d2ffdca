import type { JsonObject } from '@dragoman/plugin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw } from '../support/raw-request.ts';

const OTHERS = 'file-a';
const entry = { id: OTHERS, object: 'file' };
const old = { id: 'file-old', object: 'file' };

describe('what another key made', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let alice: string;
  let bob: string;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1` };
    gateway = await startGateway({
      upstreams: [{ id: 'up', provider: 'openai', models: { list: ['m'] }, options }],
    });
    alice = await gateway.createKey({ name: 'alice', relay: 'all' });
    bob = await gateway.createKey({ name: 'bob', relay: 'all' });
    upstream.reply({ body: entry });
    expect((await ask(alice, 'POST')).status).toBe(200);
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });
  beforeEach(() => upstream.reset());

  const ask = (key: string, method = 'GET'): Promise<RawReply> =>
    sendRaw(gateway.url, {
      ...{ method, path: '/v1/files' },
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(method === 'POST' && { body: '{}' }),
    });

  it.each<[string, unknown, unknown]>([
    ['a list', { data: [entry, old], total: 2 }, { data: [old], total: 2 }],
    ['a list without an object', [old, entry], [old]],
    ['another field', { files: [entry] }, { files: [] }],
    ['a list inside', { data: { items: [entry, old] } }, { data: { items: [old] } }],
    ['ids', { data: [OTHERS, 'file-old'] }, { data: ['file-old'] }],
    ['entries that name it', { data: [{ id: 'batch-x', input_file_id: OTHERS }, old] }, { data: [old] }],
    [
      'entries with lists',
      { data: [{ id: 'vs-x', files: [OTHERS, 'b'] }] },
      { data: [{ id: 'vs-x', files: ['b'] }] },
    ],
    ['URLs', { data: [{ url: `https://api/v1/files/${OTHERS}/content` }, old] }, { data: [old] }],
    [
      'cursors',
      { data: [old, entry], first_id: 'file-old', last_id: OTHERS },
      { data: [old], first_id: 'file-old', last_id: 'file-old' },
    ],
    [
      'cursors of a list of ids',
      { data: [OTHERS], first_id: OTHERS, last_id: OTHERS },
      { data: [], first_id: null, last_id: null },
    ],
  ])('is left out of %s', async (_, list, expected) => {
    for (const type of ['application/json', 'text/plain']) {
      const reply = { headers: { 'content-type': type }, rawBody: JSON.stringify(list) };
      upstream.reply(reply, reply);
      expect(JSON.parse((await ask(bob)).body)).toEqual(expected);
      expect(JSON.parse((await ask(alice)).body)).toEqual(list);
    }
  });

  it.each<[string, string]>([
    ['an object', JSON.stringify(entry)],
    ['a field', JSON.stringify({ data: [], newest: OTHERS })],
    ['a name of a field', JSON.stringify({ files: { [OTHERS]: { bytes: 1 } } })],
    ['an escaped text', `{"newest":"file\\u002da"}`],
    ['a text of JSON', JSON.stringify(OTHERS)],
    ['lines of JSON', `${JSON.stringify(old)}\n${JSON.stringify(entry)}`],
    ['a table', `id,bytes\n${OTHERS},5`],
    ['broken JSON', `{"data":[{"id":"${OTHERS}"}`],
  ])('does not exist where it cannot be left out: %s', async (_, rawBody) => {
    const reply = { headers: { 'content-type': 'text/plain' }, rawBody };
    upstream.reply(reply, reply);
    const { status, body } = await ask(bob);
    expect(status).toBe(404);
    expect(body).not.toContain(OTHERS);
    expect(JSON.parse(body) as JsonObject).toMatchObject({ error: { code: 'not_found' } });
    expect((await ask(alice)).body).toBe(rawBody);
  });

  it('does not exist in long texts either', async () => {
    const rawBody = `${'x '.repeat(1_000_000)}${OTHERS}`;
    upstream.reply({ headers: { 'content-type': 'text/plain' }, rawBody });
    expect((await ask(bob)).status).toBe(404);
  });

  it('changes nothing where it is not named', async () => {
    const rawBody = '{ "data": [ {"id":"file-old", "note":"file a, profile-a, file-ab"} ] }';
    upstream.reply({ headers: { 'content-type': 'application/json' }, rawBody });
    expect((await ask(bob)).body).toBe(rawBody);
  });
});
