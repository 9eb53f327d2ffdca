import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import type { JsonObject } from '@dragoman/plugin';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
/** Of a key whose threads the gateway keeps. */
let keeping: string;
beforeAll(async () => {
  upstream = await startMockUpstream();
  gateway = await startGateway({
    aliases: [{ name: 'remembering', candidates: [{ model: 'm' }], thread: { memory: true } }],
    upstreams: [
      {
        id: 'up',
        provider: 'openai',
        models: { list: ['m'] },
        options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
      },
    ],
  });
  keeping = await gateway.createKey({ name: 'keeping', thread: { memory: true } });
});
beforeEach(() => upstream.reset());
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const user = (content: string) => ({ role: 'user' as const, content });
const assistant = (content: string) => ({ role: 'assistant', content });

function chat(key: string, body: JsonObject, headers: Readonly<Record<string, string>> = {}) {
  const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: key, maxRetries: 0 });
  const request = { model: 'm', ...body } as unknown as OpenAI.ChatCompletionCreateParamsNonStreaming;
  return client.chat.completions.create(request, { headers });
}

async function told(key: string, body: JsonObject, headers?: Readonly<Record<string, string>>) {
  upstream.reply({ body: openAiReply([{ text: ['Aye.'] }]) });
  await chat(key, body, headers);
  return (upstream.lastCall.body as JsonObject)['messages'];
}

describe('a thread of a key whose threads the gateway keeps', () => {
  it('goes on, by a field of the body that upstreams never see', async () => {
    await told(keeping, { messages: [{ role: 'system', content: 'S' }, user('One')], thread_id: 7 });
    expect(upstream.lastCall.body).not.toHaveProperty('thread_id');
    expect(await told(keeping, { messages: [user('Two')], thread_id: 7 })).toMatchObject([
      { role: 'system', content: 'S' },
      user('One'),
      assistant('Aye.'),
      user('Two'),
    ]);
    expect(await told(keeping, { messages: [user('Three')], thread_id: '7' })).toHaveLength(6);
  });

  it('goes on by a header, after a stream too', async () => {
    upstream.reply({ stream: openAiStream([{ text: ['Stre', 'amed.'] }]) });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: keeping });
    const headers = { 'x-thread-id': 'by-header' };
    const request = { model: 'm', messages: [user('One')], stream: true as const };
    for await (const _ of await client.chat.completions.create(request, { headers })) void _;
    expect(await told(keeping, { messages: [user('Two')] }, headers)).toMatchObject([
      user('One'),
      assistant('Streamed.'),
      user('Two'),
    ]);
  });

  it('is what the client says it is, where the client brings it whole', async () => {
    await told(keeping, { messages: [user('One')], thread_id: 'whole' });
    const messages = [user('Eins'), assistant('Ja.'), user('Zwei')];
    expect(await told(keeping, { messages, thread_id: 'whole' })).toMatchObject(messages);
    expect(await told(keeping, { messages: [user('Drei')], thread_id: 'whole' })).toMatchObject([
      ...messages,
      assistant('Aye.'),
      user('Drei'),
    ]);
  });

  it('works for clients of Anthropic and Gemini', async () => {
    const defaultHeaders = { 'x-thread-id': 'anthropic' };
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: keeping, defaultHeaders });
    const google = new GoogleGenAI({
      apiKey: keeping,
      httpOptions: { baseUrl: gateway.url, headers: { 'x-thread-id': 'gemini' } },
    });
    for (const ask of [
      (text: string) => anthropic.messages.create({ model: 'm', max_tokens: 64, messages: [user(text)] }),
      (text: string) => google.models.generateContent({ model: 'm', contents: text }),
    ]) {
      upstream.reply({ body: openAiReply([{ text: ['Aye.'] }]) }, { body: openAiReply([{ text: ['No.'] }]) });
      await ask('One');
      await ask('Two');
      expect(upstream.lastCall.body).toMatchObject({
        messages: [user('One'), assistant('Aye.'), user('Two')],
      });
    }
  });

  it('belongs to its key', async () => {
    await told(keeping, { messages: [user('Mine')], thread_id: 'own' });
    const other = await gateway.createKey({ name: 'other', thread: { memory: true } });
    expect(await told(other, { messages: [user('Yours')], thread_id: 'own' })).toEqual([user('Yours')]);
  });

  it('keeps nothing of a request that failed', async () => {
    upstream.reply({ status: 400, body: { error: { message: 'No.', type: 'invalid_request_error' } } });
    await expect(chat(keeping, { messages: [user('Bad')], thread_id: 'failed' })).rejects.toThrow('No.');
    expect(await told(keeping, { messages: [user('Good')], thread_id: 'failed' })).toEqual([user('Good')]);
  });
});

describe('a thread of a model whose threads the gateway keeps', () => {
  it('goes on, whatever the key', async () => {
    const model = 'remembering';
    await told(gateway.key, { model, messages: [user('One')], thread_id: 'model' });
    expect(await told(gateway.key, { model, messages: [user('Two')], thread_id: 'model' })).toHaveLength(3);
  });

  it('does not where the key does not want it', async () => {
    const model = 'remembering';
    const key = await gateway.createKey({ name: 'forgetful', thread: { memory: false } });
    await told(key, { model, messages: [user('One')], thread_id: 'f' });
    expect(await told(key, { model, messages: [user('Two')], thread_id: 'f' })).toEqual([user('Two')]);
  });
});

describe('a thread of any other key', () => {
  it('is only a mark', async () => {
    await told(gateway.key, { messages: [user('One')], thread_id: 1 });
    expect(upstream.lastCall.body).toEqual({ model: 'm', messages: [user('One')] });
    expect(await told(gateway.key, { messages: [user('Two')], thread_id: 1 })).toEqual([user('Two')]);
    const headers = { 'x-thread-id': 'marked' };
    expect(await told(gateway.key, { messages: [user('Three')] }, headers)).toEqual([user('Three')]);
  });

  it.each([[''], [1.5], [true], [{ id: 1 }], [['a']]])('cannot be named %j', async (thread_id) => {
    await expect(chat(gateway.key, { messages: [user('Hi')], thread_id })).rejects.toMatchObject({
      status: 400,
      param: 'thread_id',
    });
    expect(upstream.calls).toHaveLength(0);
  });
});
