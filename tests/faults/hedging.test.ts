import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockReply,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const stream = (text: string): MockReply => ({ stream: openAiStream([{ text: [text] }]) });

describe.each([
  { way: 'passed through', passThrough: true },
  { way: 'translated', passThrough: false },
])('two candidates side by side, $way', ({ passThrough }) => {
  let slow: MockUpstream;
  let quick: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    [slow, quick] = await Promise.all([startMockUpstream(), startMockUpstream()]);
    gateway = await startGateway({
      upstreams: [slow, quick].map(({ url }, at) => ({
        id: at === 0 ? 'slow' : 'quick',
        provider: 'openai',
        passThrough,
        models: { list: ['m'] },
        options: { baseUrl: `${url}/v1`, apiKey: 'sk-up' },
      })),
      aliases: [
        { name: 'hedged', candidates: [{ model: 'm' }], policy: 'order', hedge: { afterMs: 30 } },
        { name: 'patient', candidates: [{ model: 'm' }], policy: 'order', hedge: { afterMs: 60_000 } },
        { name: 'by-p95', candidates: [{ model: 'm' }], policy: 'order', hedge: {} },
        { name: 'alone', candidates: [{ upstream: 'slow', model: 'm' }], hedge: { afterMs: 1 } },
      ],
    });
  });
  beforeEach(() => {
    slow.reset();
    quick.reset();
  });
  afterAll(async () => {
    await gateway.close();
    await Promise.all([slow.close(), quick.close()]);
  });

  async function ask(model = 'hedged') {
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const sent = await client.chat.completions.create({ model, messages, stream: true }).withResponse();
    let text = '';
    for await (const chunk of sent.data) text += chunk.choices[0]?.delta.content ?? '';
    return { text, headers: sent.response.headers };
  }

  it('the second answers where the first has nothing to say in time, and the first is let go', async () => {
    slow.reply({ hang: 'headers' });
    quick.reply(stream('Quick.'));
    const { text, headers } = await ask();
    expect(text).toBe('Quick.');
    expect(headers.get('x-dragoman-upstream')).toBe('quick');
    expect(headers.get('x-dragoman-attempts')).toBe('2');
    await slow.lastCall.aborted;
  });

  it('nobody else is asked where the first is in time', async () => {
    slow.reply(stream('In time.'));
    expect((await ask('patient')).text).toBe('In time.');
    expect(quick.calls).toHaveLength(0);
  });

  it('the first still answers where the second one fails', async () => {
    const held = Promise.withResolvers<void>();
    slow.reply({
      stream: (async function* () {
        await held.promise;
        yield* openAiStream([{ text: ['After all.'] }]);
      })(),
    });
    quick.reply({ status: 503, body: { error: { message: 'No.' } } });
    const answer = ask();
    await quick.waitForCall(1);
    held.resolve();
    expect((await answer).text).toBe('After all.');
  });

  it('the second is asked at once where the first one fails, and it is told when both do', async () => {
    slow.reply({ status: 500, body: { error: { message: 'No.' } } }, { status: 500, body: {} });
    quick.reply(stream('Mended.'), { status: 503, body: { error: { message: 'Nor I.' } } });
    expect((await ask()).text).toBe('Mended.');
    await expect(ask()).rejects.toThrow();
  });

  it('there is nothing to win with one candidate alone', async () => {
    slow.reply(stream('Alone.'));
    expect((await ask('alone')).text).toBe('Alone.');
  });

  it('what is slow is learnt from what it took before', async () => {
    slow.handle('/v1/chat/completions', () => stream('Usual.'));
    for (let at = 0; at < 25; at += 1) await ask('by-p95');
    const before = slow.calls.length;
    slow.reply({ hang: 'headers' });
    quick.reply(stream('Quick.'));
    expect((await ask('by-p95')).text).toMatch(/Quick\.|Usual\./);
    expect(slow.calls).toHaveLength(before + 1);
    expect(quick.calls.length).toBeGreaterThan(0);
  });

  it('a client that goes away lets both go', async () => {
    slow.reply({ hang: 'headers' });
    quick.reply({ hang: 'headers' });
    const client = new AbortController();
    const gone = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: client.signal,
      headers: { authorization: `Bearer ${gateway.key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'hedged', messages: [{ role: 'user', content: 'Hi' }] }),
    });
    const [first, second] = await Promise.all([slow.waitForCall(1), quick.waitForCall(1)]);
    client.abort();
    await expect(gone).rejects.toThrow();
    await Promise.all([first.aborted, second.aborted]);
  });

  it('whole replies are raced, too', async () => {
    slow.reply({ hang: 'headers' });
    quick.reply({ body: openAiReply([{ text: ['Whole.'] }]) });
    const client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
    const messages = [{ role: 'user' as const, content: 'Hi' }];
    const reply = await client.chat.completions.create({ model: 'hedged', messages });
    expect(reply.choices[0]?.message.content).toBe('Whole.');
  });
});
