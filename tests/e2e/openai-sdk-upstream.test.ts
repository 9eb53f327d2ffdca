import OpenAI, { toFile } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type MockUpstream,
  openAiBrokenStream,
  openAiEmbeddings,
  openAiError,
  openAiModels,
  openAiReply,
  openAiStream,
  openAiTruncatedStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

const messages = [{ role: 'user' as const, content: 'Hello' }];
const tools = [
  { id: 'call_1', name: 'get_weather', arguments: ['{"city":', '"Paris"}'] },
  { id: 'call_2', name: 'get_time', arguments: ['{"zone"', ':"CET"}'] },
];
const parts = [{ reasoning: ['Let me ', 'think.'] }, { text: ['Hello', ' wörld', ' 🙂'] }, { tools }];

/** Every case runs both ways: the fast path must not drift from the translation. */
describe.each([
  { way: 'passed through', passThrough: true },
  { way: 'translated', passThrough: false },
])('the official OpenAI SDK on an upstream, $way', ({ passThrough }) => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let client: OpenAI;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    gateway = await startGateway({
      upstreams: [
        {
          id: 'up',
          provider: 'openai',
          passThrough,
          models: { list: ['mock-model', 'whisper-1'] },
          options: {
            baseUrl: `${upstream.url}/v1`,
            apiKey: 'sk-upstream-secret',
            headers: { 'X-Team': 'blue' },
          },
        },
      ],
    });
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: gateway.key, maxRetries: 0 });
  });
  beforeEach(() => upstream.reset());
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it('answers a chat with the key of the upstream, not the client', async () => {
    upstream.reply({ body: openAiReply([{ text: ['Hello', ' you'] }]) });
    const reply = await client.chat.completions.create({ model: 'up/mock-model', messages, temperature: 0 });
    expect(reply.choices[0]?.message.content).toBe('Hello you');
    expect(reply.usage?.total_tokens).toBe(19);
    expect(upstream.lastCall.headers).toMatchObject({
      authorization: 'Bearer sk-upstream-secret',
      'x-team': 'blue',
    });
    expect(upstream.lastCall.path).toBe('/v1/chat/completions');
    expect(upstream.lastCall.body).toMatchObject({ model: 'mock-model', temperature: 0 });
  });

  it.each([0, 1, 7])(
    'streams text, reasoning and parallel calls, cut to pieces of %s bytes',
    async (chunkBytes) => {
      upstream.reply({ stream: openAiStream(parts), chunkBytes });
      const final = await client.chat.completions
        .stream({ model: 'mock-model', messages, stream_options: { include_usage: true } })
        .finalChatCompletion();
      const message = final.choices[0]?.message;
      expect(message?.content).toBe('Hello wörld 🙂');
      expect(message?.tool_calls).toMatchObject([
        { id: 'call_1', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } },
        { id: 'call_2', function: { name: 'get_time', arguments: '{"zone":"CET"}' } },
      ]);
      expect(final.choices[0]?.finish_reason).toBe('tool_calls');
      expect(final.usage).toMatchObject({ prompt_tokens: 12, completion_tokens: 7 });
      expect(final.usage?.prompt_tokens_details?.cached_tokens).toBe(4);
    },
  );

  it('reads a compressed reply', async () => {
    upstream.reply({ body: openAiReply([{ text: ['zipped'] }]), gzip: true });
    const reply = await client.chat.completions.create({ model: 'mock-model', messages });
    expect(reply.choices[0]?.message.content).toBe('zipped');
  });

  it.each([
    [400, OpenAI.BadRequestError, 400],
    [401, OpenAI.InternalServerError, 502],
    [403, OpenAI.InternalServerError, 502],
    [404, OpenAI.NotFoundError, 404],
    [429, OpenAI.RateLimitError, 429],
    [500, OpenAI.InternalServerError, 502],
    [503, OpenAI.InternalServerError, 503],
  ])('tells an upstream error %s by its typed error', async (status, expected, seen) => {
    const message = 'No: sk-upstream-secret is bad';
    upstream.reply(openAiError(status, { message }, { 'retry-after': '3' }));
    const failure = await client.chat.completions
      .create({ model: 'mock-model', messages })
      .catch((e: unknown) => e);
    expect(failure).toBeInstanceOf(expected);
    expect(failure).toMatchObject({ status: seen });
    expect(JSON.stringify(failure) + String(failure)).not.toContain('sk-upstream-secret');
    if (status === 429)
      expect((failure as InstanceType<typeof OpenAI.APIError>).headers?.get('retry-after')).toBe('3');
  });

  it('tells an error in the middle of a stream', async () => {
    upstream.reply({ stream: openAiBrokenStream([{ text: ['Hel', 'lo'] }]) });
    const stream = client.chat.completions.stream({ model: 'mock-model', messages });
    await expect(stream.finalChatCompletion()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it('never takes a truncated stream for a success', async () => {
    upstream.reply({ stream: openAiTruncatedStream([{ text: ['Hel', 'lo'] }]) });
    const stream = await client.chat.completions.create({ model: 'mock-model', messages, stream: true });
    const read = async (): Promise<void> => {
      for await (const _ of stream);
    };
    await expect(read()).rejects.toBeInstanceOf(OpenAI.APIError);
  });

  it.each(['headers' as const, 60])('tells a cut connection as an error (cut at %s)', async (cut) => {
    upstream.reply({ stream: openAiStream(parts), cut });
    const stream = client.chat.completions.stream({ model: 'mock-model', messages });
    await expect(stream.finalChatCompletion()).rejects.toThrow();
  });

  it('tells a web page as a broken upstream, without the page', async () => {
    upstream.reply({
      rawBody: '<html><h1>Welcome to nginx</h1></html>',
      headers: { 'content-type': 'text/html' },
    });
    if (passThrough) return; // Bytes pass as they are; see the test of the translation.
    const failure = await client.chat.completions
      .create({ model: 'mock-model', messages })
      .catch((e: unknown) => e);
    expect(failure).toMatchObject({ status: 502 });
    expect(String(failure)).not.toContain('nginx');
  });

  it('makes embeddings', async () => {
    upstream.reply({ body: openAiEmbeddings([[0.25, -0.5]], 'base64') });
    const reply = await client.embeddings.create({ model: 'mock-model', input: 'x' });
    expect(reply.data[0]?.embedding).toEqual([0.25, -0.5]);
  });

  it('closes the upstream at once when the client aborts, streamed or not', async () => {
    upstream.reply({ stream: openAiTruncatedStream([{ text: ['Hel'] }]), hang: true });
    const stream = await client.chat.completions.create({ model: 'mock-model', messages, stream: true });
    for await (const chunk of stream) {
      if (chunk.choices[0]?.delta.content) break;
    }
    await upstream.lastCall.aborted;

    upstream.reply({ hang: 'headers' });
    const controller = new AbortController();
    const pending = client.chat.completions.create(
      { model: 'mock-model', messages },
      { signal: controller.signal },
    );
    const call = await upstream.waitForCall(2);
    controller.abort();
    await expect(pending).rejects.toBeInstanceOf(OpenAI.APIUserAbortError);
    await call.aborted;
  });
});

describe('the relay', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  let client: OpenAI;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    upstream.handle('/v1/models', () => ({ body: openAiModels(['whisper-1', 'dall-e']) }));
    gateway = await startGateway({
      upstreams: [
        { id: 'up', provider: 'openai', options: { baseUrl: `${upstream.url}/v1/`, apiKey: 'sk-up' } },
      ],
    });
    const apiKey = await gateway.createKey({ name: 'all', relay: 'all' });
    client = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 });
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  it('sends a form on untouched and finds its model behind the file', async () => {
    upstream.handle('/v1/audio/transcriptions', () => ({ body: { text: 'hi' } }));
    const file = await toFile(Buffer.alloc(300_000, 7), 'a.wav');
    const reply = await client.audio.transcriptions.create({ file, model: 'whisper-1' });
    expect(reply.text).toBe('hi');
    const sent = upstream.lastCall;
    expect(sent.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(sent.rawBody.includes(Buffer.alloc(300_000, 7))).toBe(true);
    expect(sent.headers['authorization']).toBe('Bearer sk-up');
  });

  it('takes the prefix of an upstream off the model of a form and of JSON', async () => {
    upstream.handle('/v1/audio/transcriptions', () => ({ body: { text: 'hi' } }));
    const file = await toFile(Buffer.from('RIFF'), 'a.wav');
    await client.audio.transcriptions.create({ file, model: 'up/whisper-1' });
    expect(upstream.lastCall.rawBody.toString()).toMatch(/name="model"\r\n\r\nwhisper-1\r\n/);
    upstream.handle('/v1/images/generations', () => ({ body: { created: 1, data: [] } }));
    await client.images.generate({ model: 'up/dall-e', prompt: 'a cat' });
    expect(upstream.lastCall.body).toEqual({ model: 'dall-e', prompt: 'a cat' });
  });

  it('finds the model in the query, and takes the prefix off it', async () => {
    upstream.handle('/v1/realtime/info', () => ({ body: { ok: true } }));
    await client.get('/realtime/info', { query: { model: 'up/whisper-1', voice: 'a' } });
    expect(upstream.lastCall.query.toString()).toBe('model=whisper-1&voice=a');
    const unknown = client.get('/realtime/info', { query: { model: 'nothing' } });
    await expect(unknown).rejects.toBeInstanceOf(OpenAI.NotFoundError);
  });

  it('sends requests without a model to the first upstream, queries and all', async () => {
    upstream.handle('/v1/files', () => ({ body: { object: 'list', data: [], has_more: false } }));
    await client.files.list({ limit: 3, purpose: 'batch' });
    expect(upstream.lastCall.query.toString()).toBe('limit=3&purpose=batch');
  });

  it('gives downloads back byte by byte', async () => {
    const bytes = Buffer.from([0, 255, 1, 254]);
    upstream.handle('/v1/files/f1/content', () => ({
      rawBody: bytes,
      headers: { 'content-type': 'application/octet-stream' },
    }));
    const response = await client.files.content('f1');
    expect(Buffer.from(await response.arrayBuffer())).toEqual(bytes);
  });

  it('refuses paths that lead elsewhere', async () => {
    const calls = upstream.calls.length;
    for (const path of [
      ...['/v1/%2e%2e/admin', '/v1/x%2f..%2fy', '/v1//x', '/v1/x%00'],
      ...['/v1/x/%252e%252e/y', '/v1/x/%25252e./y', '/v1/..;/y', '/v1/%2e%2e%3ba/y', '/v1/x%5c..%5cy'],
    ]) {
      const response = await fetch(gateway.url + path, {
        headers: { authorization: `Bearer ${gateway.key}` },
      });
      expect(response.status).toBeGreaterThanOrEqual(400);
    }
    expect(upstream.calls.length).toBe(calls);
  });
});
