import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RawReply, sendRaw } from '../support/raw-request.ts';

const citation = { type: 'container_file_citation', container_id: 'cntr_alice', file_id: 'cfile_alice' };
const OUTPUT = [
  { id: 'ci_alice', type: 'code_interpreter_call', container_id: 'cntr_alice', code: 'x' },
  {
    ...{ id: 'msg_alice', type: 'message', role: 'assistant' },
    content: [
      { type: 'output_text', text: '{"id":"msg_said"}', annotations: [citation, { file_id: 'file-shared' }] },
    ],
  },
  { id: 'fc_alice', type: 'function_call', call_id: 'call_1', name: 'f', arguments: '{}' },
];
const done = (id: string, more: object = {}): object => ({
  ...{ id, object: 'response', status: 'completed', output: [] },
  ...more,
});
const FULL = done('resp_alice', { conversation: { id: 'conv_alice' }, output: OUTPUT });

const says = (part: object): object => ({ input: [{ role: 'user', content: [part] }] });
const NAMING: readonly (readonly [string, object])[] = [
  ['the response', { previous_response_id: 'resp_alice' }],
  ['its container', { tools: [{ type: 'code_interpreter', container: 'cntr_alice' }] }],
  ['an item of it', { input: [{ type: 'item_reference', id: 'msg_alice' }] }],
  ['a call in it', { input: [{ type: 'item_reference', id: 'fc_alice' }] }],
  ['a file in its container', says({ type: 'input_file', file_id: 'cfile_alice' })],
  ['its conversation', { conversation: 'conv_alice' }],
];

describe('what an upstream keeps with a response', () => {
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
      upstreams: [{ id: 'up', provider: 'openai', models: { list: ['m'] }, options }],
    });
    alice = await gateway.createKey({ name: 'alice' });
    bob = await gateway.createKey({ name: 'bob' });
  });
  afterEach(() => gateway.close());

  const respond = (key: string, json: object): Promise<RawReply> =>
    sendRaw(gateway.url, {
      ...{ method: 'POST', path: '/v1/responses' },
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'm', input: 'x', ...json }),
    });

  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'as JSON': () => {
      upstream.reply({ body: FULL as never });
      return respond(alice, {});
    },
    'as a stream': () => {
      const events = [
        { type: 'response.created', response: { id: 'resp_alice', conversation: { id: 'conv_alice' } } },
        ...OUTPUT.map((item) => ({ type: 'response.output_item.done', item })),
        { type: 'response.completed', response: { ...FULL, padding: 'x'.repeat(100_000) } },
      ];
      upstream.reply({ stream: events.map((event) => ({ event: event.type, data: JSON.stringify(event) })) });
      return respond(alice, { stream: true });
    },
    'in the background': async () => {
      upstream.reply({ body: { ...done('resp_alice'), status: 'queued' } });
      await respond(alice, { background: true });
      upstream.handle('/v1/responses/resp_alice', () => ({ body: FULL as never }));
      const headers = { authorization: `Bearer ${alice}` };
      return sendRaw(gateway.url, { method: 'GET', path: '/v1/responses/resp_alice', headers });
    },
  };

  describe.each(Object.keys(ways))('%s', (way) => {
    beforeEach(async () => {
      await ways[way]?.();
    });

    it.each(NAMING)('is not there for other keys: %s', async (_, json) => {
      const before = upstream.calls.length;
      expect((await respond(bob, json)).status).toBe(404);
      expect(upstream.calls.length).toBe(before);
      upstream.reply({ body: done('resp_2') as never });
      expect((await respond(alice, json)).status).toBe(200);
    });

    it.each<[string, object]>([
      ['a call id', { input: [{ type: 'function_call_output', call_id: 'call_1', output: 'x' }] }],
      ['a file of a shared store', says({ type: 'input_file', file_id: 'file-shared' })],
      ['what a text says', { input: [{ type: 'item_reference', id: 'msg_said' }] }],
    ])('does not include %s', async (_, json) => {
      upstream.reply({ body: done('resp_2') as never });
      expect((await respond(bob, json)).status).toBe(200);
    });
  });

  it('does not include what the request named', async () => {
    upstream.reply({ body: done('resp_alice', { conversation: { id: 'conv_shared' } }) as never });
    await respond(alice, { conversation: 'conv_shared' });
    upstream.reply({ body: done('resp_bob') as never });
    expect((await respond(bob, { conversation: 'conv_shared' })).status).toBe(200);
  });

  it('does not include ids that a server gives to everybody', async () => {
    for (const [key, id] of [[alice, 'resp_alice'] as const, [bob, 'resp_bob'] as const]) {
      upstream.reply({ body: done(id, { output: [{ id: 'msg_output_0', type: 'message' }] }) as never });
      await respond(key, {});
    }
    for (const key of [alice, bob]) {
      upstream.reply({ body: done(`resp_${key}`) as never });
      expect((await respond(key, { input: [{ id: 'msg_output_0', role: 'assistant' }] })).status).toBe(200);
    }
  });
});
