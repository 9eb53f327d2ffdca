import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TraceDetail } from '../../core/src/trace/worker/detail.ts';
import type { TraceRecord } from '../../packages/plugin/src/canonical/trace-record.ts';
import type { StoredToolCall } from '../../core/src/trace/store.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, openAiReply, openAiStream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
let gateway: RunningGateway;
let openai: OpenAI;
let anthropic: Anthropic;
beforeAll(async () => {
  upstream = await startMockUpstream();
  const options = { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-upstream-secret' };
  gateway = await startGateway({
    traces: { record: 'full', redact: { paths: ['$..email'], patterns: ['\\b\\d{4}-\\d{4}\\b'] } },
    upstreams: [
      { id: 'one', provider: 'openai', models: { list: ['m', 'm2'] }, options },
      { id: 'quiet', provider: 'openai', models: { list: ['q'] }, traces: 'no-bodies', options },
      { id: 'silent', provider: 'openai', models: { list: ['s'] }, traces: 'off', options },
    ],
  });
  openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  anthropic = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key, maxRetries: 0 });
});
beforeEach(async () => {
  upstream.reset();
  await gateway.admin('DELETE', '/traces');
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const list = async (query = ''): Promise<readonly TraceRecord[]> =>
  (await gateway.admin<{ readonly traces: readonly TraceRecord[] }>('GET', `/traces${query}`)).traces;
const detail = (id: string): Promise<TraceDetail> => gateway.admin('GET', `/traces/${id}/detail`);
const calls = async (query = ''): Promise<readonly StoredToolCall[]> =>
  (await gateway.admin<{ readonly calls: readonly StoredToolCall[] }>('GET', `/tool-calls${query}`)).calls;

async function newest(): Promise<TraceRecord> {
  const [trace] = await list();
  if (!trace) throw new Error('There is no trace.');
  return trace;
}

const say = (content: string, model = 'm') => ({ model, messages: [{ role: 'user' as const, content }] });

const weather = {
  type: 'function' as const,
  function: {
    name: 'weather',
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' }, unit: { enum: ['c', 'f'] } },
      required: ['city'],
      additionalProperties: false,
    },
  },
};

describe('a full trace', () => {
  it('tells what passed on both sides, without secrets', async () => {
    upstream.reply({ stream: openAiStream([{ text: ['Hel', 'lo.'] }]) });
    const stream = await openai.chat.completions.create({ ...say('Greet me.'), stream: true });
    for await (const _ of stream);
    const trace = await newest();
    expect(trace).toMatchObject({ bodies: 'kept', finish: 'stop', badCalls: 0 });
    const { request, exchanges, reply, events, answer, asked } = await detail(trace.id);
    expect(JSON.parse(request.body?.text ?? '')).toEqual({ ...say('Greet me.'), stream: true });
    expect(request.headers).toMatchObject({
      authorization: '[redacted]',
      'content-type': 'application/json',
    });
    const [exchange] = exchanges;
    expect(exchange).toMatchObject({
      attempt: 0,
      method: 'POST',
      url: `${upstream.url}/v1/chat/completions`,
      status: 200,
      headers: { authorization: '[redacted]' },
    });
    expect(exchange?.reply.text).toBe(reply.body.text);
    expect(reply.body.text).toContain('data: [DONE]');
    expect(events.map(({ event }) => (event.type === 'block-delta' ? event.delta : event.type))).toEqual(
      expect.arrayContaining(['start', 'block-start', 'Hel', 'lo.', 'block-end', 'finish']) as string[],
    );
    expect(answer?.choices[0]?.content).toEqual([{ type: 'text', text: 'Hello.' }]);
    expect(asked?.messages).toEqual([{ role: 'user', content: [{ type: 'text', text: 'Greet me.' }] }]);
    expect(JSON.stringify(await detail(trace.id))).not.toContain('sk-');
  });

  it('tells both sides of a translation', async () => {
    upstream.reply({ stream: openAiStream([{ text: ['Bon', 'jour.'] }]) });
    await anthropic.messages
      .stream({ ...say('Greet me in French.'), max_tokens: 50, top_k: 4 })
      .finalMessage();
    const trace = await newest();
    expect(trace.dropped).toEqual([{ field: 'top_k', why: expect.any(String) as string }]);
    const { wire, request, exchanges, reply, answer } = await detail(trace.id);
    expect(wire).toBe('anthropic');
    expect(request.body?.text).toContain('top_k');
    expect(exchanges[0]?.body?.text).not.toContain('top_k');
    expect(exchanges[0]?.reply.text).toContain('chat.completion.chunk');
    expect(reply.body.text).toContain('event: content_block_delta');
    expect(answer?.choices[0]?.content).toEqual([{ type: 'text', text: 'Bonjour.' }]);
    const raw = await gateway.admin<string>('GET', `/traces/${trace.id}/raw?attempt=0`);
    expect(raw).toBe(exchanges[0]?.reply.text);
  });

  it('tells each attempt apart', async () => {
    upstream.reply({
      status: 400,
      body: { error: { message: 'No such field.', type: 'invalid_request_error' } },
    });
    await expect(openai.chat.completions.create(say('Hi.'))).rejects.toThrow('No such field.');
    const { exchanges, reply } = await detail((await newest()).id);
    expect(exchanges[0]).toMatchObject({ status: 400 });
    expect(exchanges[0]?.reply.text).toContain('No such field.');
    expect(reply.body.text).toContain('No such field.');
  });

  it('are kept of requests of many megabytes, and of those beside them', async () => {
    const picture = `data:image/png;base64,${'A'.repeat(5_000_000)}`;
    const contents = [
      [{ type: 'image_url' as const, image_url: { url: picture } }],
      'word '.repeat(1_200_000),
      'Hi.',
    ];
    upstream.reply(...contents.map(() => ({ body: openAiReply([{ text: ['Seen.'] }]) })));
    const answers = await Promise.all(
      contents.map((content) =>
        openai.chat.completions.create({ model: 'm', messages: [{ role: 'user', content }] }).withResponse(),
      ),
    );
    for (const { response } of answers) {
      const id = response.headers.get('request-id') ?? '';
      await expect.poll(async () => (await detail(id)).reply?.body.text).toContain('Seen.');
    }
  });

  it('shows a picture by its digest, and nothing that the rules leave out', async () => {
    upstream.reply({ body: openAiReply([{ text: ['Call 1234-5678.'] }]) });
    const picture = `data:image/png;base64,${'A'.repeat(4096)}`;
    await openai.chat.completions.create({
      ...{ model: 'm', metadata: { email: 'me@example.org' } },
      messages: [{ role: 'user', content: [{ type: 'image_url', image_url: { url: picture } }] }],
    });
    const { request, exchanges, reply } = await detail((await newest()).id);
    expect(request.body).toMatchObject({ isAltered: true });
    expect(request.body?.text).toMatch(/data:image\/png;base64,\[3072 bytes, sha256 [0-9a-f]{64}\]/);
    expect(request.body?.text).toContain('"email":"[redacted]"');
    expect(exchanges[0]?.body?.text).not.toContain('me@example.org');
    expect(reply.body.text).toContain('Call [redacted].');
  });

  it('is found by the words of prompts and replies, in any script', async () => {
    upstream.reply({ body: openAiReply([{ text: ['今天天气很好'] }]) });
    await openai.chat.completions.create(say('Tell me of Zanzibar.'));
    upstream.reply({ body: openAiReply([{ text: ['Nothing.'] }]) });
    await openai.chat.completions.create(say('Tell me of Rome.'));
    expect(await list('?search=zanzi')).toHaveLength(1);
    expect(await list(`?search=${encodeURIComponent('天气')}`)).toHaveLength(1);
    expect(await list('?search=tell%20rome')).toHaveLength(1);
    expect(await list('?search=%22of%20rome%22')).toHaveLength(1);
    expect(await list('?search=nowhere')).toHaveLength(0);
    expect(await list(`?search=${encodeURIComponent('"*^:')}`)).toHaveLength(0);
  });

  it('says why it has no bodies', async () => {
    upstream.reply(...['q', 's', 'm'].map((text) => ({ body: openAiReply([{ text: [text] }]) })));
    await openai.chat.completions.create(say('Hush.', 'q'));
    const { id, bodies } = await newest();
    expect(bodies).toBe('upstream');
    expect(await gateway.admin('GET', `/traces/${id}/detail`)).toMatchObject({
      error: { code: 'conflict', message: 'The bodies were not kept because of the setting of an upstream.' },
    });
    await openai.chat.completions.create(say('Nothing at all.', 's'));
    expect(await list()).toHaveLength(1);
    const secret = await gateway.createKey({ name: 'private', traces: 'no-bodies' });
    const other = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: secret, maxRetries: 0 });
    await other.chat.completions.create(say('Mine.'));
    expect(await newest()).toMatchObject({ keyName: 'private', bodies: 'key' });
  });

  it('keeps no sounds and no files that pass', async () => {
    const rawBody = Buffer.alloc(5_000, 0xff);
    upstream.reply({ rawBody, headers: { 'content-type': 'audio/mpeg' } });
    const speech = await openai.audio.speech.create({ model: 'm', voice: 'alloy', input: 'Say it aloud.' });
    expect(Buffer.from(await speech.arrayBuffer()).equals(rawBody)).toBe(true);
    const { request, exchanges, reply } = await detail((await newest()).id);
    expect(request.body?.text).toContain('Say it aloud.');
    expect(exchanges[0]?.reply.text).toBe('');
    expect(reply.body.text).toBe('');
    expect(reply.headers).toMatchObject({ 'content-type': 'audio/mpeg' });
  });

  it('of a request that was refused at the door says that nothing was read', async () => {
    const stranger = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'sk-dgm-wrong', maxRetries: 0 });
    await expect(stranger.chat.completions.create(say('Let me in.'))).rejects.toThrow('Unknown API key');
    const trace = await newest();
    expect(trace).toMatchObject({ outcome: 'refused', errorKind: 'auth', bodies: 'unread' });
    expect(await gateway.admin('GET', `/traces/${trace.id}/detail`)).toMatchObject({
      error: { message: 'The request was refused before its body was read.' },
    });
  });

  it('goes out as JSON and as an HTTP archive', async () => {
    upstream.reply({ body: openAiReply([{ text: ['Hi.'] }]) });
    await openai.chat.completions.create(say('Hello there.'));
    const { id } = await newest();
    for (const path of [`/traces/${id}/export?format=har`, '/traces/export?format=har']) {
      const { log } = await gateway.admin<{ readonly log: { readonly entries: readonly object[] } }>(
        'GET',
        path,
      );
      expect(log.entries).toMatchObject([
        {
          request: { url: `${gateway.url}/v1/chat/completions`, postData: { mimeType: 'application/json' } },
        },
        { request: { url: `${upstream.url}/v1/chat/completions` }, response: { status: 200 } },
      ]);
      const [atClient, atUpstream] = log.entries as readonly [Timed, Timed];
      expect(atClient.timings.connect).toBe(-1);
      const { connect, send, wait, receive } = atUpstream.timings;
      for (const part of [connect, wait, receive]) expect(part).toBeGreaterThan(0);
      expect(connect + send + wait + receive).toBeCloseTo(atUpstream.time, 6);
    }
    expect(await gateway.admin('GET', `/traces/${id}/export`)).toMatchObject({ trace: { id }, calls: [] });
  });
});

interface Timed {
  readonly time: number;
  readonly timings: Readonly<Record<'connect' | 'send' | 'wait' | 'receive', number>>;
}

describe('calls of tools', () => {
  const call = (text: string, name = 'weather') => ({
    tools: [{ id: 'call_1', name, arguments: [text.slice(0, 5), text.slice(5)] }],
  });

  it.each([
    ['{"city":"Rome"}', 'weather', { state: 'ok' }],
    [
      '{"city":"Rome"',
      'weather',
      { state: 'invalid-json', error: expect.stringContaining('JSON') as string },
    ],
    [
      '{"city":"Rome","units":"c"}',
      'weather',
      {
        state: 'schema',
        problems: [{ path: '/units', message: '"units" is not in the schema; did you mean "unit"?' }],
      },
    ],
    [
      '{"city":7}',
      'weather',
      { state: 'schema', problems: [{ path: '/city', message: expect.any(String) as string }] },
    ],
    ['{}', 'wether', { state: 'undeclared' }],
  ])('with the arguments %s of %s are judged', async (text, name, expected) => {
    upstream.reply({ stream: openAiStream([call(text, name)]) });
    const stream = await openai.chat.completions.create({
      ...say('Weather?'),
      tools: [weather],
      stream: true,
    });
    for await (const _ of stream);
    const [found] = await calls();
    expect(found).toMatchObject({ callId: 'call_1', arguments: text, ...expected });
    expect(found?.growth.map(([, length]) => length)).toEqual(
      text.length > 5 ? [5, text.length] : [text.length],
    );
    const isBad = expected.state !== 'ok';
    expect(await newest()).toMatchObject({ badCalls: Number(isBad), tools: [found?.name] });
    expect(await list('?badCalls=true')).toHaveLength(Number(isBad));
    expect(await calls('?state=bad')).toHaveLength(Number(isBad));
  });

  it('are joined with the results that later requests bring, in the same conversation', async () => {
    upstream.reply({ body: openAiReply([call('{"city":"Rome"}')]) });
    const first = await openai.chat.completions.create({ ...say('Weather?'), tools: [weather] });
    expect(await calls('?answered=false')).toHaveLength(1);
    upstream.reply({ body: openAiReply([{ text: ['Sunny.'] }]) });
    const [{ message } = {}] = first.choices;
    if (!message) throw new Error('There is no message.');
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'user', content: 'Weather?' },
      message,
      { role: 'tool', tool_call_id: 'call_1', content: '25 degrees' },
    ];
    await openai.chat.completions.create({ model: 'm', tools: [weather], messages });
    const [second, before] = await list();
    expect(second?.parent).toBe(before?.id);
    expect(second?.thread).toBe(before?.id);
    expect(before?.thread).toBe(before?.id);
    expect(await calls('?answered=true')).toMatchObject([
      {
        traceId: before?.id,
        result: { text: '25 degrees', isError: false, by: second?.id, afterMs: expect.any(Number) as number },
      },
    ]);
    expect(await gateway.admin('GET', '/threads')).toMatchObject([
      { thread: before?.id, requests: 2, toolCalls: 1, errors: 0 },
    ]);
    expect(await calls(`?thread=${before?.id}`)).toHaveLength(1);
  });

  it('of a chain of responses belong together', async () => {
    upstream.reply({ body: openAiReply([{ text: ['One.'] }]) }, { body: openAiReply([{ text: ['Two.'] }]) });
    const first = await openai.responses.create({ model: 'm', input: 'Count.' });
    await openai.responses.create({ model: 'm', input: 'Go on.', previous_response_id: first.id });
    const [second, before] = await list();
    expect(before).toMatchObject({ replyId: first.id, thread: before?.id });
    expect(second).toMatchObject({ parent: before?.id, thread: before?.id });
    expect(await list(`?replyId=${first.id}`)).toHaveLength(1);
  });

  it('go with their traces', async () => {
    upstream.reply({ body: openAiReply([call('{}')]) });
    await openai.chat.completions.create({ ...say('Weather?'), tools: [weather] });
    expect(await calls()).toHaveLength(1);
    expect(await gateway.admin('DELETE', '/traces')).toEqual({ removed: 1 });
    expect(await calls()).toHaveLength(0);
    expect(await list('?search=weather')).toHaveLength(0);
  });
});

describe('a replay', () => {
  it('sends the same request again, to another model if wanted', async () => {
    upstream.reply({ body: openAiReply([{ text: ['One.'] }]) });
    await openai.chat.completions.create(say('Count.'));
    const { id } = await newest();
    upstream.reply({ body: openAiReply([{ text: ['Two.'] }]) });
    const again = await gateway.admin<{ readonly id: string; readonly body: string }>(
      'POST',
      `/traces/${id}/replay`,
      {
        model: 'one/m2',
      },
    );
    expect(again).toMatchObject({ status: 200, body: expect.stringContaining('Two.') as string });
    expect(upstream.lastCall.body).toEqual(say('Count.', 'm2'));
    expect(await list(`?replayOf=${id}`)).toMatchObject([
      { id: again.id, replayOf: id, keyName: 'console', model: 'one/m2' },
    ]);
  });

  it('is refused where the request is not whole', async () => {
    upstream.reply({ body: openAiReply([{ text: ['One.'] }]) });
    await openai.chat.completions.create(say('My number is 1234-5678.'));
    const { id } = await newest();
    expect(await gateway.admin('POST', `/traces/${id}/replay`, {})).toMatchObject({
      error: { code: 'conflict', message: expect.stringContaining('redacted') as string },
    });
    expect(upstream.calls).toHaveLength(1);
  });
});
