import type { JsonObject } from '@dragoman/plugin';
import OpenAI from 'openai';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw, type RawRequestInput } from '../support/raw-request.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
let alice: string;
let bob: string;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
afterAll(() => upstream.close());
beforeEach(async () => {
  upstream.reset();
  const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1`, wire: 'auto' };
  gateway = await startGateway({
    upstreams: ['up', 'second'].map((id) => ({
      ...{ id, provider: 'openai', models: { list: [`${id}-m`] }, options },
    })),
  });
  alice = await gateway.createKey({ name: 'alice', relay: 'all' });
  bob = await gateway.createKey({ name: 'bob', relay: 'all' });
});
afterEach(() => gateway.close());

interface Call extends Omit<RawRequestInput, 'body'> {
  readonly json?: object;
  readonly body?: string;
}

const ask = (key: string, { json, headers, ...call }: Call): Promise<RawReply> =>
  sendRaw(gateway.url, {
    ...call,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', ...headers },
    ...(json && { body: JSON.stringify(json) }),
  });

const get = (path: string): Call => ({ method: 'GET', path });

/** Has Alice upload a file. */
async function upload(id: string): Promise<void> {
  upstream.reply({ body: { id, object: 'file', filename: 'a.jsonl' } });
  const form = '--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n{}\r\n--b--\r\n';
  const headers = { 'content-type': 'multipart/form-data; boundary=b' };
  expect((await ask(alice, { path: '/v1/files', headers, body: form })).status).toBe(200);
}

describe('what a key made at an upstream', () => {
  it.each<[string, Call]>([
    ['shown', get('/v1/files/file-a')],
    ['read', get('/v1/files/file-a/content')],
    ['read by an encoded id', get('/v1/files/file%2da/content')],
    ['removed', { method: 'DELETE', path: '/v1/files/file-a' }],
    ['listed behind', get('/v1/files?after=file-a')],
    ['named among others', get('/v1/files?ids=x,file-a')],
    ['run', { path: '/v1/batches', json: { input_file_id: 'file-a', endpoint: '/v1/embeddings' } }],
    ['trained with', { path: '/v1/fine_tuning/jobs', json: { model: 'up-m', training_file: 'file-a' } }],
    ['indexed', { path: '/v1/vector_stores', json: { file_ids: ['file-b', 'file-a'] } }],
    ['nested', { path: '/v1/threads', json: { messages: [{ attachments: [{ file_id: 'file-a' }] }] } }],
    [
      'sent in a form',
      {
        path: '/v1/containers',
        headers: { 'content-type': 'multipart/form-data; boundary=b' },
        body: '--b\r\nContent-Disposition: form-data; name="file_id"\r\n\r\nfile-a\r\n--b--\r\n',
      },
    ],
    [
      'sent urlencoded',
      {
        path: '/v1/containers',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'file_id=file%2Da',
      },
    ],
    [
      'asked about in a chat',
      {
        path: '/v1/chat/completions',
        json: {
          model: 'up-m',
          messages: [{ role: 'user', content: [{ type: 'file', file: { file_id: 'file-a' } }] }],
        },
      },
    ],
    [
      'asked about in a response',
      {
        path: '/v1/responses',
        json: {
          model: 'up-m',
          input: [{ role: 'user', content: [{ type: 'input_file', file_id: 'file-a' }] }],
        },
      },
    ],
  ])('is not there for others to be %s', async (_, call) => {
    await upload('file-a');
    const calls = upstream.calls.length;
    const { status, body } = await ask(bob, call);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ error: { type: 'invalid_request_error', code: 'not_found' } });
    expect(upstream.calls.length).toBe(calls);
    upstream.reply({ body: { id: 'mine', choices: [{}], output: [] } });
    expect((await ask(alice, call)).status).toBe(200);
  });

  it('is left out of the lists of others', async () => {
    await upload('file-a');
    const list = {
      ...{ object: 'list', first_id: 'file-a', last_id: 'file-old', has_more: false },
      data: [
        { id: 'file-a', object: 'file' },
        { id: 'file-old', object: 'file' },
      ],
    };
    upstream.handle('/v1/files', () => ({ body: list }));
    expect(JSON.parse((await ask(alice, get('/v1/files'))).body)).toEqual(list);
    expect(JSON.parse((await ask(bob, get('/v1/files'))).body)).toEqual({
      ...list,
      ...{ data: [{ id: 'file-old', object: 'file' }], first_id: 'file-old' },
    });
  });

  it('is left out of long lists, too', async () => {
    await upload('file-a');
    const filler = 'x'.repeat(2_000_000);
    upstream.handle('/v1/files', () => ({
      body: { object: 'list', data: [{ id: 'file-a' }, { id: 'b', filler }] },
    }));
    const { body } = await ask(bob, get('/v1/files'));
    expect(body).toContain(filler);
    expect(body).not.toContain('file-a');
  });

  it('includes what comes of it later', async () => {
    upstream.reply({ body: { id: 'batch-a', object: 'batch', status: 'in_progress' } });
    await ask(alice, { path: '/v1/batches', json: { input_file_id: 'file-old' } });
    const done = {
      id: 'batch-a',
      input_file_id: 'file-old',
      output_file_id: 'file-out',
      error_file_id: 'file-err',
    };
    upstream.reply({ body: done });
    await ask(alice, get('/v1/batches/batch-a'));
    for (const id of ['file-out', 'file-err']) {
      expect((await ask(bob, get(`/v1/files/${id}/content`))).status).toBe(404);
    }
    upstream.reply({ body: { id: 'file-old' } });
    expect((await ask(bob, get('/v1/files/file-old'))).status).toBe(200);
  });

  it('is not taken over by a change of it', async () => {
    upstream.reply({ body: { id: 'vs-old', name: 'x' } }, { body: { id: 'vs-old' } });
    await ask(bob, { path: '/v1/vector_stores/vs-old', json: { name: 'x' } });
    expect((await ask(alice, get('/v1/vector_stores/vs-old'))).status).toBe(200);
  });

  it('is known of a stream', async () => {
    upstream.reply({ stream: [{ event: 'thread.created', data: '{"id":"thread-a"}' }] });
    await ask(alice, { path: '/v1/threads/runs', json: { assistant_id: 'asst', stream: true } });
    expect((await ask(bob, get('/v1/threads/thread-a'))).status).toBe(404);
  });

  it('is asked for where it was made', async () => {
    upstream.reply({ body: { id: 'file-2' } }, { body: { id: 'file-2' } });
    await ask(alice, { path: '/v1/files', headers: { 'x-dragoman-upstream': 'second' }, json: {} });
    const { headers } = await ask(alice, get('/v1/files/file-2'));
    expect(headers['x-dragoman-upstream']).toBe('second');
  });
});

describe('a response that an upstream keeps', () => {
  const response = (id: string): JsonObject => ({ id, object: 'response', status: 'completed', output: [] });
  const connect = (apiKey: string): OpenAI =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });

  it.each([false, true])(
    'belongs to the key that asked, whatever it may relay (stream: %s)',
    async (stream) => {
      const events = [
        {
          event: 'response.created',
          data: JSON.stringify({ type: 'response.created', response: response('resp_a') }),
        },
        {
          event: 'response.completed',
          data: JSON.stringify({ type: 'response.completed', response: response('resp_a') }),
        },
      ];
      upstream.reply(stream ? { stream: events } : { body: response('resp_a') });
      await ask(gateway.key, { path: '/v1/responses', json: { model: 'up-m', input: 'hi', stream } });

      const calls = upstream.calls.length;
      for (const key of [alice, bob]) {
        const stranger = connect(key);
        await expect(stranger.responses.retrieve('resp_a')).rejects.toMatchObject({ status: 404 });
        await expect(stranger.responses.delete('resp_a')).rejects.toMatchObject({ status: 404 });
        await expect(
          stranger.responses.create({ model: 'up-m', input: 'go on', previous_response_id: 'resp_a' }),
        ).rejects.toMatchObject({ status: 404 });
      }
      expect(upstream.calls.length).toBe(calls);

      const own = connect(gateway.key);
      upstream.handle('/v1/responses/resp_a', () => ({ body: response('resp_a') }));
      expect(await own.responses.retrieve('resp_a')).toMatchObject({ id: 'resp_a' });
      await expect(own.responses.retrieve('resp_unknown')).rejects.toMatchObject({ status: 403 });
      upstream.reply({ body: response('resp_b') });
      await own.responses.create({ model: 'up-m', input: 'go on', previous_response_id: 'resp_a' });
      expect(upstream.lastCall.body).toMatchObject({ previous_response_id: 'resp_a' });
    },
  );

  it('is nobody’s where it is not kept', async () => {
    upstream.reply({ body: response('resp_c') }, { body: response('resp_c') });
    await ask(gateway.key, { path: '/v1/responses', json: { model: 'up-m', input: 'hi', store: false } });
    expect((await ask(alice, get('/v1/responses/resp_c'))).status).toBe(200);
  });
});
