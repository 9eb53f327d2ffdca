import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText, jsonSchema, type ModelMessage, stepCountIs, streamText, tool } from 'ai';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { anthropicReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

let upstream: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    upstreams: SPEAKERS.map((speaker) => ({
      id: speaker.wire,
      ...speaker.config(upstream.url),
      models: { list: ['m'] },
    })),
    // A name by which the SDK takes it for a model that reasons.
    aliases: [{ name: 'gpt-5', candidates: [{ upstream: 'anthropic', model: 'm' }] }],
  });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const sdk = () => createOpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key });
const openai = (apiKey = gateway.key) => new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
const asked = (): string => JSON.stringify(upstream.lastCall.body);
const refer = (id: string | undefined) => ({ type: 'item_reference' as const, id: id ?? '' });

const converted = SPEAKERS.filter(({ wire }) => wire !== 'openai-responses');

it('need the id of the item', async () => {
  const response = await gateway.post('/v1/responses', {
    ...{ model: 'anthropic/m', input: [{ role: 'user', content: 'Hi' }, { type: 'item_reference' }] },
  });
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error: { param: 'input[1].id' } });
});

describe.each(converted)(
  'items that clients only refer to, on an upstream that speaks $wire',
  ({ wire, reply, stream }) => {
    const model = `${wire}/m`;

    it('are found for the second turn of the AI SDK', async () => {
      upstream.reply({ body: reply([{ text: ['I am Bo.'] }]) });
      const messages: ModelMessage[] = [{ role: 'user', content: 'Who are you?' }];
      const first = await generateText({ model: sdk()(model), messages, maxRetries: 0 });
      messages.push(...first.response.messages, { role: 'user', content: 'Again?' });
      upstream.reply({ stream: stream([{ text: ['Still ', 'Bo.'] }]) });
      const second = streamText({ model: sdk()(model), messages, maxRetries: 0 });
      expect(await second.text).toBe('Still Bo.');
      expect(asked()).toMatch(/Who are you\?.*I am Bo\..*Again\?/);

      messages.push(...(await second.response).messages, { role: 'user', content: 'Sure?' });
      upstream.reply({ body: reply([{ text: ['Yes.'] }]) });
      const third = await generateText({ model: sdk()(model), messages, maxRetries: 0 });
      expect(third.text).toBe('Yes.');
      expect(asked()).toMatch(/Who are you\?.*I am Bo\..*Again\?.*Still Bo\..*Sure\?/);
    });

    it('are found for the steps in which the AI SDK runs tools', async () => {
      upstream.reply(
        { body: reply([{ tools: [{ id: 'call_1', name: 'get_time', arguments: ['{"zone":"CET"}'] }] }]) },
        { body: reply([{ text: ['Noon.'] }]) },
      );
      const get_time = tool({
        inputSchema: jsonSchema<{ zone: string }>({
          type: 'object',
          properties: { zone: { type: 'string' } },
        }),
        execute: ({ zone }) => `12:00 ${zone}`,
      });
      const { text } = await generateText({
        ...{ model: sdk()(model), prompt: 'What time is it?', tools: { get_time } },
        ...{ stopWhen: stepCountIs(3), maxRetries: 0 },
      });
      expect(text).toBe('Noon.');
      expect(asked()).toMatch(/What time is it\?.*get_time.*12:00 CET/);
    });
  },
);

describe('items that clients only refer to', () => {
  const [{ reply }] = converted as [(typeof converted)[number]];
  const model = 'openai-chat/m';
  const say = async (text: string) => {
    upstream.reply({ body: reply([{ text: [text] }]) });
    return openai().responses.create({ model, input: 'Hi' });
  };

  it('bring what the model thought, as it was signed', async () => {
    const model = 'gpt-5';
    const messages: ModelMessage[] = [{ role: 'user', content: 'Which zone?' }];
    const openaiOptions = { reasoningEffort: 'low', reasoningSummary: 'auto' };
    const settings = { model: sdk()(model), maxRetries: 0, providerOptions: { openai: openaiOptions } };
    upstream.reply({
      body: anthropicReply([{ reasoning: ['Hm, CET.'], signature: 'EqQBsigned' }, { text: ['CET.'] }]),
    });
    const first = await generateText({ ...settings, messages });
    expect(first.reasoningText).toBe('Hm, CET.');
    messages.push(...first.response.messages, { role: 'user', content: 'Sure?' });
    upstream.reply({ body: anthropicReply([{ text: ['Yes.'] }]) });
    await generateText({ ...settings, messages });
    expect(asked()).toMatch(/Which zone\?.*Hm, CET\..*EqQBsigned.*"CET\.".*Sure\?/);
  });

  it('are found by references without a type, and in requests that are not kept', async () => {
    const { output } = await say('Hello.');
    upstream.reply({ body: reply([{ text: ['Well.'] }]) });
    const untyped = { id: output[0]?.id ?? '' } as OpenAI.Responses.ResponseInputItem.ItemReference;
    await openai().responses.create({
      ...{ model, store: false },
      input: [{ role: 'user', content: 'Hi' }, untyped, { role: 'user', content: 'How are you?' }],
    });
    expect(asked()).toMatch(/"Hi".*Hello\..*How are you\?/);
  });

  it('belong to their key', async () => {
    const { output } = await say('Secret.');
    const stranger = openai(await gateway.createKey({ name: 'stranger' }));
    const calls = upstream.calls.length;
    await expect(stranger.responses.create({ model, input: [refer(output[0]?.id)] })).rejects.toMatchObject({
      status: 400,
      code: 'item_not_found',
      param: 'input[0].id',
    });
    expect(upstream.calls).toHaveLength(calls);
  });

  it('are refused where nothing is kept, saying what to set', async () => {
    upstream.reply({ body: reply([{ text: ['Forget me.'] }]) });
    const { output } = await openai().responses.create({ model, input: 'Hi', store: false });
    const failure = openai().responses.create({
      model,
      input: [refer(output[0]?.id)],
    });
    await expect(failure).rejects.toThrow(/with store: false, send the items themselves/);
  });

  it('count as tokens, as does what a previous response said', async () => {
    const { id, output } = await say('Word '.repeat(500));
    const asked = [
      { model, input: [refer(output[0]?.id), { role: 'user' as const, content: 'Hi' }] },
      { model, input: 'Hi', previous_response_id: id },
    ];
    for (const body of asked) {
      const { input_tokens: tokens } = await openai().responses.inputTokens.count(body);
      expect(tokens).toBeGreaterThan(500);
    }
    const unknown = { model, input: 'Hi', previous_response_id: 'resp_unknown' };
    await expect(openai().responses.inputTokens.count(unknown)).rejects.toMatchObject({ status: 400 });
  });

  it('come once, however often they are named', async () => {
    const { output } = await say('Once.');
    upstream.reply({ body: reply([{ text: ['Well.'] }]) });
    const twice = [refer(output[0]?.id), refer(output[0]?.id), { role: 'user' as const, content: 'Hi' }];
    await openai().responses.create({ model, input: twice });
    expect(asked().split('Once.')).toHaveLength(2);
  });

  it('are left to an upstream that keeps them itself', async () => {
    const [speaker] = SPEAKERS.filter(({ wire }) => wire === 'openai-responses');
    upstream.reply({ body: speaker?.reply([{ text: ['Hello.'] }]) ?? {} });
    const input = [refer('msg_theirs'), { role: 'user' as const, content: 'Hi' }];
    await openai().responses.create({ model: 'openai-responses/m', input });
    expect(upstream.lastCall.body).toEqual({ model: 'm', input });
  });

  it('let the gateway keep only what each turn adds', async () => {
    const key = await gateway.createKey({ name: 'long' });
    const before = await storedBytes();
    const messages: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'x'.repeat(20_000) }];
    for (let turn = 0; turn < 10; turn += 1) {
      upstream.reply({ body: reply([{ text: [`Answer ${turn}.`] }]) });
      const { output } = await openai(key).responses.create({ model, input: messages });
      messages.push(refer(output[0]?.id), { role: 'user', content: `Question ${turn}` });
    }
    expect(asked()).toMatch(/Answer 0\..*Question 0.*Answer 8\..*Question 8/);
    expect((await storedBytes()) - before).toBeLessThan(60_000);
  });
});

async function storedBytes(): Promise<number> {
  const folder = join(gateway.folder, 'conversations');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.json'));
  const sizes = await Promise.all(files.map(async (name) => (await stat(join(folder, name))).size));
  return sizes.reduce((sum, size) => sum + size, 0);
}
