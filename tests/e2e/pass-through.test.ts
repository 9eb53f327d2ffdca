import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  encodeFrames,
  geminiStream,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

describe('the same protocol on both sides', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    gateway = await startGateway({
      upstreams: [
        {
          id: 'up',
          provider: 'openai',
          models: { list: ['real'] },
          options: { baseUrl: `${upstream.url}/v1`, apiKey: 'sk-up' },
        },
      ],
    });
  });
  beforeEach(() => upstream.reset());
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const post = (body: string, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions?api-version=7`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${gateway.key}`,
        'content-type': 'application/json',
        ...headers,
      },
      body,
    });

  it('keeps every byte of the request but the value of model', async () => {
    upstream.reply({ body: openAiReply([{ text: ['ok'] }]) });
    const body = (model: string): string =>
      `{ "messages":[{"role":"user","content":"\\u00e9 model", "model":"up/real"}],\n\t"future": {"model": 1e2},  "model" : "${model}" ,"temperature":0.70}`;
    await post(body('up/real'));
    expect(upstream.lastCall.rawBody.toString()).toBe(body('real'));
    expect(upstream.lastCall.query.toString()).toBe('api-version=7');
  });

  it('gives the reply back byte by byte, unknown fields and all', async () => {
    const rawBody = '{"id":"x",  "brand_new":{"a":1}, "choices":[{"x":1}],"usage":null}';
    upstream.reply({
      rawBody,
      headers: { 'content-type': 'application/json', 'openai-version': '2020-10-01' },
    });
    const response = await post('{"model":"real","messages":[{"role":"user","content":"x"}]}');
    expect(await response.text()).toBe(rawBody);
    expect(response.headers.get('openai-version')).toBe('2020-10-01');
  });

  it('gives a stream back byte by byte, however it is cut', async () => {
    const frames = openAiStream([{ text: ['wörld', ' 🙂'] }]);
    let expected = '';
    for await (const text of encodeFrames(frames)) expected += text;
    upstream.reply({ stream: frames, chunkBytes: 5 });
    const response = await post('{"model":"real","stream":true,"messages":[{"role":"user","content":"x"}]}');
    expect(await response.text()).toBe(expected);
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    expect(response.headers.get('x-accel-buffering')).toBe('no');
  });

  it("sends neither the client's key nor its cookies, and only headers that mean something", async () => {
    upstream.reply({ body: openAiReply([{ text: ['ok'] }]) });
    await post('{"model":"real","messages":[{"role":"user","content":"x"}]}', {
      cookie: 'a=b',
      'x-api-key': 'other',
      'openai-beta': 'assistants=v2',
      'x-forwarded-for': '10.0.0.1',
    });
    const { headers } = upstream.lastCall;
    expect(JSON.stringify(headers)).not.toContain(gateway.key);
    expect(headers).toMatchObject({ authorization: 'Bearer sk-up', 'openai-beta': 'assistants=v2' });
    for (const name of ['cookie', 'x-api-key', 'x-forwarded-for']) expect(headers).not.toHaveProperty(name);
  });

  it('returns the request id of the client when it is sane, and a new one otherwise', async () => {
    const body = '{"model":"real","messages":[{"role":"user","content":"x"}]}';
    upstream.reply({ body: openAiReply([{ text: ['ok'] }]) }, { body: openAiReply([{ text: ['ok'] }]) });
    const sane = await post(body, { 'x-request-id': 'my-id.1' });
    expect(sane.headers.get('x-request-id')).toBe('my-id.1');
    expect(sane.headers.get('request-id')).toMatch(/^req_/);
    const odd = await post(body, { 'x-request-id': 'a b"c' });
    expect(odd.headers.get('x-request-id')).toMatch(/^req_/);
    expect(odd.headers.get('request-id')).toBe(odd.headers.get('x-request-id'));
  });

  it('takes compressed requests', async () => {
    upstream.reply({ body: openAiReply([{ text: ['ok'] }]) });
    const text = '{"model":"real","messages":[{"role":"user","content":"x"}]}';
    const zipped = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}`, 'content-encoding': 'gzip' },
      body: await new Response(zipped).bytes(),
    });
    expect(response.status).toBe(200);
    expect(upstream.lastCall.rawBody.toString()).toBe(text);
  });

  it('gives a large reply back whole, without waiting for its end', async () => {
    const rawBody = Buffer.alloc(3 * 1024 * 1024, 'abc');
    upstream.reply({ rawBody, headers: { 'content-type': 'application/json' } });
    const response = await post('{"model":"real","messages":[{"role":"user","content":"x"}]}');
    expect(Buffer.from(await response.arrayBuffer()).equals(rawBody)).toBe(true);
  });
});

describe("Gemini's stream without events", () => {
  it('passes through as the array that it is', async () => {
    const upstream = await startMockUpstream();
    const gateway = await startGateway({
      upstreams: [
        {
          ...{ id: 'up', provider: 'gemini', models: { list: ['real'] } },
          options: { baseUrl: upstream.url, apiKey: 'sk-up' },
        },
      ],
    });
    const frames = geminiStream([{ text: ['Hel', 'lo'] }]);
    upstream.reply({ stream: frames, transport: 'json-array', chunkBytes: 50 });
    const response = await fetch(`${gateway.url}/v1beta/models/real:streamGenerateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': gateway.key, 'content-type': 'application/json' },
      body: '{"contents":[{"role":"user","parts":[{"text":"x"}]}]}',
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(frames.map(({ data }) => data));
    await gateway.close();
    await upstream.close();
  });
});
