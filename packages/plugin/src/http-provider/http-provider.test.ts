import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  chatRequest,
  createTestContext,
  failureOf,
  readReply,
  type TestContext,
  textOf,
} from '@dragoman/testing';
import { type MockReply, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import type { ChatEvent } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import type { JsonObject, JsonValue } from '../canonical/json.ts';
import { createHttpProvider, getJson } from './http-provider.ts';
import type { Provider } from '../plugin/provider.ts';
import type { RawRequest } from '../plugin/forward.ts';
import type { HttpUpstream, UpstreamCodec } from '../plugin/upstream-codec.ts';

const KEY = 'sk-test-0123456789abcdef';
const PAGE = '<!doctype html><title>Bad gateway</title><p>nginx';

/** A wire of the test's own: `{text}` bodies, streamed as `{text}` events. */
const codec: UpstreamCodec = {
  encodeRequest: ({ model }) => ({
    path: `/models/${model}:chat?alt=sse`,
    body: { model },
    headers: { 'x-codec': '1' },
  }),
  *decodeReply(body): Generator<ChatEvent> {
    yield* told(`whole:${body['text'] as string}`);
  },
  decodeStream() {
    let text = '';
    return {
      isOver: false,
      push({ data }) {
        const value = JSON.parse(data) as { readonly text?: string; readonly error?: string };
        if (value.error !== undefined) throw new GatewayError('overloaded', value.error);
        text += value.text ?? '';
        return [];
      },
      end() {
        if (text === '') throw new GatewayError('upstream-broken', 'It ended early.');
        return told(`stream:${text}`);
      },
    };
  },
  decodeError: (status, _headers, body) =>
    new GatewayError(status === 401 ? 'upstream-auth' : 'rate-limit', JSON.stringify(body ?? 'no JSON'), {
      field: 'model',
    }),
};

function* told(text: string): Generator<ChatEvent> {
  yield { type: 'start', id: 'r', model: 'm' };
  yield { type: 'block-start', index: 0, block: { type: 'text' } };
  yield { type: 'block-delta', index: 0, delta: text };
  yield { type: 'block-end', index: 0 };
  yield { type: 'finish', reason: 'stop' };
}

let upstream: MockUpstream;
let test: TestContext;
beforeAll(async () => {
  upstream = await startMockUpstream();
  test = createTestContext();
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await test.close();
  await upstream.close();
});

const credentials = { authorization: `Bearer ${KEY}`, 'x-team': 'team-4711-secret' };

function provider(path = '/v1', changes: Partial<HttpUpstream> = {}): Provider {
  return createHttpProvider({
    baseUrl: upstream.url + path,
    headers: credentials,
    codec,
    forward: { wires: ['w'], mount: '/v1', headers: ['openai-beta', 'x-own'] },
    ...changes,
  });
}

async function ask(reply: MockReply, stream = true): Promise<string> {
  upstream.reply(reply);
  const request = chatRequest('hello', { model: 'm1', stream });
  return textOf(await readReply(provider().chat(request, test.context)));
}

async function refusal(reply: MockReply): Promise<GatewayError> {
  const error = await failureOf(ask(reply));
  if (!GatewayError.is(error)) throw error;
  return error;
}

const sse = { 'content-type': 'text/event-stream' };
const json = { 'content-type': 'application/json' };
const frames = 'data: {"text":"a"}\n\ndata: {"text":"b"}\n\n';

describe('a chat', () => {
  it.each(['application/x-ndjson', 'application/jsonl; charset=utf-8'])(
    'reads a value on each line of %s',
    async (type) => {
      const lines = {
        headers: { 'content-type': type },
        rawBody: Buffer.from('{"text":"a"}\n{"text":"b"}\n'),
      };
      expect(await ask(lines)).toBe('stream:ab');
      expect(await ask({ ...lines, chunkBytes: 7 })).toBe('stream:ab');
      expect(await ask(lines, false)).toBe('stream:ab');
      expect(await ask({ ...lines, rawBody: Buffer.from('{"text":"a"}\n') }, false)).toBe('whole:a');
    },
  );

  it('is posted below the base URL, with the headers of the codec and the credentials', async () => {
    await ask({ body: { text: 'hi' } });
    const { method, path, query, headers, body } = upstream.lastCall;
    expect([method, path, query.get('alt'), body]).toEqual([
      'POST',
      '/v1/models/m1:chat',
      'sse',
      { model: 'm1' },
    ]);
    expect(headers).toMatchObject({ ...credentials, 'x-codec': '1', 'content-type': 'application/json' });
  });

  it.each([
    ['/v1', '/v1/models/m1:chat', null],
    ['/v1/', '/v1/models/m1:chat', null],
    ['', '/models/m1:chat', null],
    ['/deep/api//', '/deep/api/models/m1:chat', null],
    ['/azure/?api-version=2', '/azure/models/m1:chat', '2'],
  ])('with a base URL that ends in %j goes to %s', async (base, path, version) => {
    upstream.reply({ body: { text: 'hi' } });
    await readReply(provider(base).chat(chatRequest('x', { model: 'm1' }), test.context));
    expect(upstream.lastCall.path).toBe(path);
    expect(upstream.lastCall.query.get('api-version')).toBe(version);
  });

  const answers: readonly (readonly [string, MockReply, boolean, string])[] = [
    ['a stream that was asked for', { headers: sse, rawBody: frames }, true, 'stream:ab'],
    ['a stream that was not asked for', { headers: sse, rawBody: frames }, false, 'stream:ab'],
    ['JSON instead of a stream', { body: { text: 'hi' } }, true, 'whole:hi'],
    ['JSON that says it is a stream', { headers: sse, rawBody: '\n {"text":"hi"}' }, true, 'whole:hi'],
    ['a stream that says it is JSON', { headers: json, rawBody: frames }, true, 'stream:ab'],
    ['a stream that says nothing', { rawBody: `: hello\n\n${frames}` }, true, 'stream:ab'],
    ['a JSON array', { headers: json, rawBody: '[{"text":"a"},\n{"text":"b"}]' }, true, 'stream:ab'],
    ['JSON behind a byte order mark', { headers: json, rawBody: '\uFEFF{"text":"hi"}' }, false, 'whole:hi'],
  ];
  describe.each(answers)('reads %s', (_name, reply, stream, text) => {
    it.each([1, 7, 0])('in pieces of %s bytes', async (chunkBytes) => {
      expect(await ask({ ...reply, chunkBytes }, stream)).toBe(text);
    });
  });

  const framed: readonly (readonly [HttpUpstream['framing'], MockReply, string])[] = [
    ['sse', { headers: json, rawBody: frames }, 'stream:ab'],
    ['ndjson', { headers: json, rawBody: '{"text":"a"}\n{"text":"b"}\n' }, 'stream:ab'],
    ['ndjson', { headers: sse, rawBody: '{"text":"a"}\n{"text":"b"}' }, 'stream:ab'],
    ['json-array', { headers: sse, rawBody: '[{"text":"a"},{"text":"b"}]' }, 'stream:ab'],
    ['json-array', { headers: json, rawBody: '{"text":"hi"}' }, 'whole:hi'],
    ['sse', { headers: json, rawBody: '{"text":"hi"}' }, 'whole:hi'],
  ];
  describe.each(framed)('with the framing %s reads %j', (framing, reply, text) => {
    it.each([1, 7, 0])('in pieces of %s bytes', async (chunkBytes) => {
      upstream.reply({ ...reply, chunkBytes });
      const request = chatRequest('hello', { model: 'm1', stream: true });
      const answer = provider('/v1', { framing }).chat(request, test.context);
      expect(textOf(await readReply(answer))).toBe(text);
    });
  });

  it('reads the entries of a JSON array as they come', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    async function* entries(): AsyncGenerator<{ readonly data: string }> {
      yield { data: '{"text":"a"}' };
      await promise;
      yield { data: '{"text":"b"}' };
    }
    const seen: string[] = [];
    const listening = createHttpProvider({
      baseUrl: upstream.url,
      headers: {},
      codec: {
        ...codec,
        decodeStream: (request, ...rest) => {
          const decoder = codec.decodeStream(request, ...rest);
          return {
            ...decoder,
            push(event) {
              seen.push(event.data);
              resolve();
              return decoder.push(event);
            },
          };
        },
      },
    });
    upstream.reply({ stream: entries(), transport: 'json-array' });
    const request = chatRequest('hello', { model: 'm1', stream: true });
    expect(textOf(await readReply(listening.chat(request, test.context)))).toBe('stream:ab');
    expect(seen).toHaveLength(2);
  });

  it.each([true, false])('is changed before anything else reads it: a stream is %s', async (stream) => {
    const envelope = (data: JsonValue) => ({ code: 0, error: { code: 0 }, data });
    const unwrap: UpstreamCodec = {
      ...codec,
      answer: { text: 'list' },
      replyOut: ({ data }) => data as JsonObject,
      *decodeReply({ text }) {
        yield* told(`whole:${(text as readonly string[]).join('')}`);
      },
    };
    const quirky = provider('/v1', { codec: unwrap });
    upstream.reply(
      stream
        ? { stream: ['a', 'b'].map((text) => ({ data: JSON.stringify(envelope({ text })) })) }
        : { body: envelope({ text: ['h', 'i'] }) },
    );
    const answer = quirky.chat(chatRequest('hello', { model: 'm1', stream }), test.context);
    expect(textOf(await readReply(answer))).toBe(stream ? 'stream:ab' : 'whole:hi');
    upstream.reply({ body: envelope({ error: 'down' }) });
    const failing = readReply(quirky.chat(chatRequest('hello', { model: 'm1' }), test.context));
    expect(await failureOf(failing)).toMatchObject({ message: '{"error":"down"}' });
  });

  const broken: readonly (readonly [string, MockReply, RegExp])[] = [
    ['a web page', { headers: { 'content-type': 'text/html' }, rawBody: PAGE }, /web page/],
    ['a web page that says it is a stream', { headers: sse, rawBody: PAGE }, /web page/],
    ['text', { headers: json, rawBody: 'oh no' }, /not JSON/],
    ['nothing', { headers: json, rawBody: '' }, /empty body/],
    ['an empty stream', { headers: sse, rawBody: '' }, /ended early/],
    ['an empty array', { headers: json, rawBody: '[]' }, /not a valid reply/],
    ['an array without objects', { headers: json, rawBody: '["a"]' }, /not a valid reply/],
    ['a number', { headers: json, rawBody: '7' }, /not a valid reply: 7|not a valid reply\./],
    ['a redirect', { status: 302, headers: { location: 'http://127.0.0.1:1/' }, rawBody: '' }, /redirect/],
  ];
  it.each(broken)('that is answered with %s is a fault of the upstream', async (_name, reply, message) => {
    const error = await refusal(reply);
    expect(error.kind).toBe('upstream-broken');
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('<');
    expect(error.details.upstream?.status).toBe(reply.status ?? 200);
  });
});

describe('an error of the upstream', () => {
  it('is read by the codec and keeps status and request id', async () => {
    const error = await refusal({ status: 429, headers: { 'x-request-id': 'up-1' }, body: { slow: 'down' } });
    expect(error).toMatchObject({ kind: 'rate-limit', message: '{"slow":"down"}' });
    expect(error.details).toEqual({ field: 'model', upstream: { status: 429, requestId: 'up-1' } });
  });

  it('may be no JSON', async () => {
    expect((await refusal({ status: 500, rawBody: PAGE })).message).toBe('"no JSON"');
  });

  it('is read out of a reply that says 200', async () => {
    const error = await refusal({ headers: { 'request-id': 'up-2' }, body: { error: { text: 'no' } } });
    expect(error).toMatchObject({
      kind: 'rate-limit',
      details: { upstream: { status: 200, requestId: 'up-2' } },
    });
  });

  const leaks = [
    KEY,
    'sk-te***cdef',
    'sk-test-...cdef',
    '****abcdef',
    'team-4711-secret',
    'sk-somebody-elses1',
  ];
  it.each(leaks)('does not repeat the key: %s', async (leak) => {
    const inReply = await refusal({ status: 401, body: { message: `Wrong key ${leak}!` } });
    const inStream = await refusal({ headers: sse, rawBody: `data: {"error":"Wrong key ${leak}!"}\n\n` });
    expect(inReply.kind).toBe('upstream-auth');
    expect(inReply.message).toBe('{"message":"Wrong key [redacted]!"}');
    expect(inStream.message).toBe('Wrong key [redacted]!');
  });

  it('keeps what only looks like a mask', async () => {
    const error = await refusal({ status: 400, body: { message: 'Use **kwargs ... or a…b' } });
    expect(error.message).toContain('Use **kwargs ... or a…b');
  });

  it('is bounded', async () => {
    const error = await refusal({ status: 400, rawBody: JSON.stringify({ long: 'x'.repeat(10_000) }) });
    expect(error.message.length).toBeLessThanOrEqual(2000);
  });
});

describe('getJson', () => {
  it('gets with the credentials and refuses errors', async () => {
    const input = { baseUrl: `${upstream.url}/v1`, headers: credentials, codec };
    upstream.reply({ body: { data: [] } }, { status: 401, body: 'no' });
    const value: JsonValue = await getJson(input, '/models', test.context);
    expect(value).toEqual({ data: [] });
    expect(upstream.lastCall).toMatchObject({ method: 'GET', path: '/v1/models' });
    expect(upstream.lastCall.headers['authorization']).toBe(`Bearer ${KEY}`);
    expect(await failureOf(getJson(input, '/models', test.context))).toMatchObject({ kind: 'upstream-auth' });
  });
});

describe('a forwarded request', () => {
  const raw: RawRequest = {
    wire: 'w',
    method: 'POST',
    path: '/v1/chat/completions',
    query: 'a=1',
    headers: {
      'content-type': 'application/json',
      authorization: 'Bearer of-the-client',
      cookie: 'c=1',
      'user-agent': 'sdk/1',
      'idempotency-key': 'once',
      'openai-beta': 'x',
      'x-own': 'y',
      'x-owner': 'n',
      host: 'gateway',
    },
    body: Buffer.from('{ "model" : "alias", "z": 1.0 }'),
  };
  const forward = async (changes: Partial<RawRequest>, model?: string, base = '/api/v1'): Promise<void> => {
    upstream.reply({ rawBody: '{}' });
    const reply = await provider(base).forward?.send({ ...raw, ...changes }, model, test.context);
    reply?.body.destroy();
  };

  it('keeps every byte, and the query', async () => {
    await forward({}, 'real');
    expect(upstream.lastCall.rawBody.toString()).toBe('{ "model" : "alias", "z": 1.0 }');
    expect(upstream.lastCall.path).toBe('/api/v1/chat/completions');
    expect(upstream.lastCall.query.get('a')).toBe('1');
  });

  it('carries the credentials of the upstream and only headers that mean something', async () => {
    await forward({}, 'real');
    const { headers } = upstream.lastCall;
    expect(headers).toMatchObject({ ...credentials, 'user-agent': 'sdk/1', 'idempotency-key': 'once' });
    expect(headers).toMatchObject({ 'openai-beta': 'x', 'x-own': 'y' });
    expect(headers).not.toHaveProperty('cookie');
    expect(headers).not.toHaveProperty('x-owner');
    expect(headers['host']).not.toBe('gateway');
  });

  it('joins the queries of the base URL and of the client', async () => {
    await forward({}, 'real', '/api?api-version=2');
    expect(upstream.lastCall.query.toString()).toBe('api-version=2&a=1');
  });

  it('only has the mount taken off its path where it is a whole segment', async () => {
    await forward({ path: '/v1beta/x' });
    expect(upstream.lastCall.path).toBe('/api/v1/v1beta/x');
  });

  it('has its errors read without the key', () => {
    const error = provider().forward?.decodeError(401, { 'x-request-id': 'r' }, JSON.stringify(KEY));
    expect(error).toMatchObject({ kind: 'upstream-auth', message: '"[redacted]"' });
    expect(error?.details.upstream).toEqual({ status: 401, requestId: 'r' });
  });
});
