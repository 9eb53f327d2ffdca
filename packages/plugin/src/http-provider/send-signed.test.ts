import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  chatRequest,
  createTestContext,
  failureOf,
  readReply,
  type TestContext,
  textOf,
} from '@dragoman/testing';
import {
  type MockCall,
  type MockReply,
  type MockUpstream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';
import type { ChatEvent } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import { singleFlight } from '../helpers/single-flight.ts';
import type { RawRequest } from '../plugin/forward.ts';
import type { Provider } from '../plugin/provider.ts';
import type { HttpUpstream, UpstreamCodec } from '../plugin/upstream-codec.ts';
import { createHttpProvider, getJson, postJson, readJson } from './http-provider.ts';

/** `{text}`, or an error whose message is the whole body. */
const codec: UpstreamCodec = {
  encodeRequest: () => ({ path: '/chat', body: { hello: 1 } }),
  *decodeReply(body): Generator<ChatEvent> {
    yield { type: 'start', id: 'r', model: 'm' };
    yield { type: 'block-start', index: 0, block: { type: 'text' } };
    yield { type: 'block-delta', index: 0, delta: body['text'] as string };
    yield { type: 'block-end', index: 0 };
    yield { type: 'finish', reason: 'stop' };
  },
  decodeStream: () => ({
    isOver: false,
    push({ data }) {
      throw new GatewayError('upstream-broken', data);
    },
    end: () => [],
  }),
  decodeError: (status, _headers, body) =>
    new GatewayError(status === 401 ? 'upstream-auth' : 'upstream-broken', JSON.stringify(body)),
};

let upstream: MockUpstream;
let test: TestContext;
beforeAll(async () => {
  upstream = await startMockUpstream();
  test = createTestContext({ caller: { user: 'someone' } });
});
afterEach(() => upstream.reset());
afterAll(async () => {
  await test.close();
  await upstream.close();
});

/** Tokens `token-secret-1`, `-2`, … */
function createAuth() {
  let logins = 0;
  const auth = singleFlight(async () => {
    logins += 1;
    return { headers: { authorization: `Bearer token-secret-${logins}` } };
  }, test.setup);
  return { auth, logins: () => logins };
}

const create = (signing: Partial<HttpUpstream>): Provider =>
  createHttpProvider({
    baseUrl: upstream.url,
    headers: {},
    codec,
    forward: { wires: ['w'], mount: '/v1' },
    ...signing,
  });

const ask = async (provider: Provider, stream = false): Promise<string> =>
  textOf(await readReply(provider.chat(chatRequest('hello', { stream }), test.context)));

const raw: RawRequest = {
  ...{ wire: 'w', method: 'POST', path: '/v1/chat', query: '' },
  headers: { authorization: 'Bearer of-the-client' },
  body: Buffer.from('{"a":1}'),
};

const tokenOf = ({ headers }: MockCall): string | undefined => headers['authorization'];
const tokens = (): readonly (string | undefined)[] => upstream.calls.map(tokenOf);

/** Accepts one token only. */
function accept(token: string, reply: MockReply = { body: { text: 'Hi' } }): void {
  upstream.handle('/chat', (call) =>
    tokenOf(call) === `Bearer ${token}`
      ? reply
      : { status: 401, body: { error: `Not ${tokenOf(call)}` }, headers: { 'x-request-id': 'refused' } },
  );
}

describe('headers that are a function', () => {
  it('are asked for each call, with its context', async () => {
    const provider = create({ headers: async ({ caller }) => ({ 'x-user': caller.user ?? '' }) });
    upstream.reply({ body: { text: 'Hi' } }, { body: {} });
    expect(await ask(provider)).toBe('Hi');
    (await provider.forward?.send(raw, 'm', test.context))?.body.destroy();
    expect(upstream.calls.map(({ headers }) => headers['x-user'])).toEqual(['someone', 'someone']);
  });

  it('are kept out of errors, those of a stream included', async () => {
    const provider = create({ headers: () => ({ authorization: 'Bearer from-a-function' }) });
    const sse = { 'content-type': 'text/event-stream' };
    upstream.reply(
      { status: 500, body: { error: 'from-a-function' } },
      { headers: sse, rawBody: 'data: from-a-function\n\n' },
      { status: 500, body: { error: 'from-a-function' } },
    );
    expect(await failureOf(ask(provider))).toMatchObject({ message: '{"error":"[redacted]"}' });
    expect(await failureOf(ask(provider, true))).toMatchObject({ message: '[redacted]' });
    const reply = await provider.forward?.send(raw, 'm', test.context);
    reply?.body.destroy();
    const error = provider.forward?.decodeError(500, reply?.headers ?? {}, '"from-a-function"');
    expect(error?.message).toBe('"[redacted]"');
  });
});

describe('a credential that is refused', () => {
  it('is renewed, and the request repeated', async () => {
    const { auth, logins } = createAuth();
    accept('token-secret-2');
    expect(await ask(create({ auth }))).toBe('Hi');
    expect(tokens()).toEqual(['Bearer token-secret-1', 'Bearer token-secret-2']);
    expect(upstream.calls.map(({ body }) => body)).toEqual([{ hello: 1 }, { hello: 1 }]);
    expect(logins()).toBe(2);
  });

  it('is renewed once for 20 calls at once', async () => {
    const { auth, logins } = createAuth();
    accept('token-secret-2');
    const provider = create({ auth });
    const texts = await Promise.all(Array.from({ length: 20 }, () => ask(provider)));
    expect(texts).toEqual(Array(20).fill('Hi'));
    expect(logins()).toBe(2);
  });

  it('is renewed once only: the second refusal is the error, without the token', async () => {
    const { auth } = createAuth();
    accept('no such token');
    const error = await failureOf(ask(create({ auth })));
    expect(error).toMatchObject({ kind: 'upstream-auth', details: { upstream: { status: 401 } } });
    expect(JSON.stringify(error)).not.toContain('token-secret');
    expect((error as Error).message).toContain('[redacted]');
    expect(upstream.calls).toHaveLength(2);
  });

  it('fails as its renewal does', async () => {
    accept('no such token');
    const renew = () => Promise.reject(new GatewayError('upstream-auth', 'The login failed.'));
    const auth = { get: async () => ({ headers: {} }), renew };
    expect(await failureOf(ask(create({ auth })))).toMatchObject({ message: 'The login failed.' });
    expect(upstream.calls).toHaveLength(1);
  });

  it('is not the reason for any other status', async () => {
    const { auth } = createAuth();
    upstream.reply({ status: 403, body: {} });
    await failureOf(ask(create({ auth })));
    expect(upstream.calls).toHaveLength(1);
  });

  it('is renewed for a forwarded request, whose body goes again', async () => {
    const { auth } = createAuth();
    accept('token-secret-2');
    const reply = await create({ auth }).forward?.send(raw, 'm', test.context);
    expect(reply?.status).toBe(200);
    reply?.body.destroy();
    expect(upstream.calls.map(({ rawBody }) => rawBody.toString())).toEqual(['{"a":1}', '{"a":1}']);
  });

  it('is renewed for the next request if the body was streamed', async () => {
    const { auth } = createAuth();
    accept('token-secret-2');
    const { forward } = create({ auth });
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('{"a":1}');
    }
    const sending = forward?.send({ ...raw, body: pieces() }, 'm', test.context);
    expect(await failureOf(sending as Promise<unknown>)).toMatchObject({
      kind: 'upstream-auth',
      message: expect.stringContaining('its body was streamed: send it again'),
    });
    expect(upstream.calls).toHaveLength(1);
    const reply = await forward?.send(raw, 'm', test.context);
    expect(reply?.status).toBe(200);
    reply?.body.destroy();
  });
});

describe('lists and embeddings', () => {
  it('are asked for with the credential, too', async () => {
    const { auth } = createAuth();

    accept('token-secret-2', { body: [1] });
    const signed = { baseUrl: upstream.url, headers: {}, auth, codec };
    expect(await getJson(signed, '/chat', test.context)).toEqual([1]);
    expect(await readJson(await postJson(signed, { path: '/chat', body: {} }, test.context))).toEqual([1]);
    expect(upstream.calls).toHaveLength(3);
  });
});
