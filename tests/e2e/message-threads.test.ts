import Anthropic from '@anthropic-ai/sdk';
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema';
import type { JsonObject } from '@dragoman/plugin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { anthropicReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const converted = SPEAKERS.map((speaker) => ({
    id: speaker.wire,
    ...speaker.config(upstream.url),
    models: { list: ['m'] },
  }));
  const [own] = SPEAKERS.filter(({ wire }) => wire === 'anthropic');
  const always = own && {
    id: 'converted',
    ...own.config(upstream.url),
    models: { list: ['m'] },
    passThrough: false,
  };
  gateway = await startGateway({ upstreams: [...converted, ...(always ? [always] : [])] });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const sdk = (apiKey = gateway.key) => new Anthropic({ baseURL: gateway.url, apiKey, maxRetries: 0 });
const asked = (): string => JSON.stringify(upstream.lastCall.body);
const ask = (content: string) => ({ role: 'user' as const, content });
const calling = [{ tools: [{ id: 'call_1', name: 'get_time', arguments: ['{"zone":"CET"}'] }] }];
const getTime = betaTool({
  name: 'get_time',
  description: 'Tells the time.',
  inputSchema: { type: 'object', properties: { zone: { type: 'string' } } },
  run: ({ zone }) => `12:00 ${zone}`,
});

const upstreams = [
  ...SPEAKERS.filter(({ wire }) => wire !== 'anthropic').map((speaker) => ({ id: speaker.wire, speaker })),
  ...SPEAKERS.filter(({ wire }) => wire === 'anthropic').map((speaker) => ({ id: 'converted', speaker })),
];

describe.each(upstreams)('message threads on the upstream $id', ({ id, speaker: { reply, stream } }) => {
  const model = `${id}/m`;

  it('go on with new messages only, by streams too', async () => {
    const thread = sdk().beta.messages.thread({ model, max_tokens: 64, system: 'Be brief.' });
    upstream.reply({ body: reply([{ text: ['I am Bo.'] }]) });
    await thread.send(ask('Who are you?'));
    upstream.reply({ stream: stream([{ text: ['Still ', 'Bo.'] }]) });
    await thread.stream(ask('Again?')).finalMessage();
    upstream.reply({ body: reply([{ text: ['Yes.'] }]) });
    const last = await thread.send(ask('Sure?'));
    expect(last.content).toMatchObject([{ type: 'text', text: 'Yes.' }]);
    expect(thread.previousMessageId).toBe(last.id);
    expect(asked()).toMatch(/Who are you\?.*I am Bo\..*Again\?.*Still Bo\..*Sure\?/);
    expect(asked()).toContain('Be brief.');
    expect(upstream.lastCall.body).not.toHaveProperty('thread');
  });

  it('serve the tool runner of the SDK to its end', async () => {
    upstream.reply({ body: reply(calling) }, { body: reply([{ text: ['Noon.'] }]) });
    const message = await sdk().beta.messages.toolRunner({
      ...{ model, max_tokens: 64, max_iterations: 4 },
      messages: [ask('What time is it?')],
      tools: [getTime],
    });
    expect(message.content).toMatchObject([{ type: 'text', text: 'Noon.' }]);
    expect(upstream.calls).toHaveLength(2);
    expect(asked()).toMatch(/What time is it\?.*12:00 CET/);
    // The tools of the thread are those that it began with.
    expect(asked()).toContain('Tells the time.');
  });
});

describe('message threads', () => {
  const [{ reply }] = SPEAKERS as [(typeof SPEAKERS)[number]];
  const model = 'openai-chat/m';
  const create = (key: string, body: JsonObject) =>
    gateway.post(
      '/v1/messages',
      { model, max_tokens: 64, ...body },
      { key, headers: { 'anthropic-version': '2023-06-01' } },
    );

  it('belong to their key', async () => {
    upstream.reply({ body: reply([{ text: ['Secret.'] }]) });
    const first = await create(gateway.key, { messages: [ask('Hi')], thread: { type: 'create' } });
    const { id } = (await first.json()) as { readonly id: string };
    const stranger = await gateway.createKey({ name: 'stranger' });
    const calls = upstream.calls.length;
    const answer = await create(stranger, {
      ...{ messages: [ask('Tell me.')], thread: { type: 'continue', previous_message_id: id } },
    });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      type: 'error',
      error: { type: 'not_found_error', details: { error_code: 'thread_not_found' } },
    });
    expect(upstream.calls).toHaveLength(calls);
  });

  it('that are lost begin again with all that was said', async () => {
    const thread = sdk().beta.messages.thread({ model, max_tokens: 64 });
    upstream.reply({ body: reply([{ text: ['One.'] }]) });
    await thread.send(ask('First'));
    // As if another gateway had kept it.
    const elsewhere = sdk(await gateway.createKey({ name: 'elsewhere' }));
    Object.assign(thread, { _client: elsewhere });
    upstream.reply({ body: reply([{ text: ['Two.'] }]) });
    await thread.send(ask('Second'));
    expect(asked()).toMatch(/First.*One\..*Second/);
  });

  it.each([[{}], [{ type: 'fork' }], ['create'], [{ type: 'continue' }]])(
    'are refused as %j',
    async (thread) => {
      const answer = await create(gateway.key, { messages: [ask('Hi')], thread });
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain('thread');
      expect(upstream.calls).toHaveLength(0);
    },
  );
});

describe('message threads of an upstream that keeps them itself', () => {
  const model = 'anthropic/m';

  it('are left to it', async () => {
    const thread = sdk().beta.messages.thread({ model, max_tokens: 64, system: 'Be brief.' });
    upstream.reply({ body: { ...anthropicReply([{ text: ['One.'] }]), id: 'msg_theirs' } });
    await thread.send(ask('First'));
    expect(upstream.lastCall.body).toMatchObject({ thread: { type: 'create' } });
    upstream.reply({ body: anthropicReply([{ text: ['Two.'] }]) });
    await thread.send(ask('Second'));
    expect(upstream.lastCall.body).toEqual({
      ...{ model: 'm', max_tokens: 64, messages: [ask('Second')], stream: false },
      thread: { type: 'continue', previous_message_id: 'msg_theirs' },
    });
  });

  it('belong to their key', async () => {
    const client = sdk();
    upstream.reply({ body: { ...anthropicReply([{ text: ['One.'] }]), id: 'msg_of_the_first_key' } });
    await client.beta.messages.thread({ model, max_tokens: 64 }).send(ask('First'));
    const stranger = sdk(await gateway.createKey({ name: 'other' }));
    const thread = { type: 'continue' as const, previous_message_id: 'msg_of_the_first_key' };
    const calls = upstream.calls.length;
    await expect(
      stranger.beta.messages.create({ model, max_tokens: 64, messages: [ask('Tell me.')], thread }),
    ).rejects.toMatchObject({ status: 404 });
    expect(upstream.calls).toHaveLength(calls);
  });

  it('say why they cannot go on, so that the SDK can', async () => {
    const thread = sdk().beta.messages.thread({ model, max_tokens: 64 });
    upstream.reply(
      { body: anthropicReply([{ text: ['One.'] }]) },
      {
        status: 404,
        body: {
          type: 'error',
          error: {
            ...{ type: 'not_found_error', message: 'No usable thread state.' },
            details: { error_code: 'thread_not_found' },
          },
        },
      },
      { body: anthropicReply([{ text: ['Two.'] }]) },
    );
    await thread.send(ask('First'));
    const second = await thread.send(ask('Second'));
    expect(second.content).toMatchObject([{ text: 'Two.' }]);
    expect(upstream.lastCall.body).toMatchObject({
      ...{ thread: { type: 'create' }, messages: [ask('First'), { role: 'assistant' }, ask('Second')] },
    });
  });
});
