import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GatewayError, type JsonObject, singleFlight } from '@dragoman/plugin';
import { chatRequest, createTestContext, failureOf, readReply, type TestContext } from '@dragoman/testing';
import { type MockUpstream, openAiEmbeddings, startMockUpstream } from '@dragoman/testing/upstreams';
import { openaiCompatible } from './compatible.ts';
import { openaiProvider } from './provider.ts';

describe('options', () => {
  const parse = (options: object) => openaiProvider.options.safeParse(options);

  it('are all optional', () => {
    expect(parse({}).data).toEqual({ baseUrl: 'https://api.openai.com/v1' });
  });

  it('lose the white space that was copied around a key', () => {
    expect(parse({ apiKey: ' sk-1\n' }).data?.apiKey).toBe('sk-1');
  });

  it.each([
    { baseUrl: 'ftp://e.com' },
    { baseUrl: 'e.com' },
    { apiKey: ' ' },
    { headers: { 'a b': 'x' } },
    { headers: { a: 'x\r\ny: z' } },
    { model: 'x' },
  ])('are refused: %j', (options) => expect(parse(options).success).toBe(false));
});

describe('the provider', () => {
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

  const create = (options: object = {}) =>
    openaiProvider.create(
      openaiProvider.options.parse({ baseUrl: `${upstream.url}/v1`, ...options }),
      test.setup,
    );

  it('sends its credentials, and headers of its own over all others', async () => {
    upstream.reply({ body: { data: [] } });
    const options = { apiKey: 'k', organization: 'org', project: 'proj', headers: { 'X-Proxy': 'p' } };
    await create(options).models?.(test.context);
    const { path, headers } = upstream.lastCall;
    expect(path).toBe('/v1/models');
    expect(headers).toMatchObject({
      authorization: 'Bearer k',
      'openai-organization': 'org',
      'openai-project': 'proj',
      'x-proxy': 'p',
    });
  });

  it('needs no key', async () => {
    upstream.reply({ body: { data: [{ id: 'a' }] } });
    expect(await create().models?.(test.context)).toEqual([{ id: 'a' }]);
    expect(upstream.lastCall.headers).not.toHaveProperty('authorization');
  });

  it('makes embeddings', async () => {
    upstream.reply({ body: openAiEmbeddings([[1, 2]], 'float') });
    const request = { protocol: 'openai-chat', model: 'm', inputs: ['a'] };
    expect(await create().embed?.(request, test.context)).toMatchObject({ vectors: [[1, 2]] });
    expect(upstream.lastCall.path).toBe('/v1/embeddings');
  });

  it('forwards all wires of the protocol', () => {
    const wires = ['openai-chat', 'openai-completions', 'openai-embeddings', 'openai-relay'];
    expect(create().forward?.wires).toEqual(wires);
  });
});

describe('a compatible server', () => {
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

  const raw = {
    ...{ wire: 'openai-chat', method: 'POST', query: '', headers: {} },
    body: Buffer.from('{"model":"m"}'),
  };

  it('still gets the bytes of clients if only its paths, errors or credentials differ', async () => {
    const provider = openaiCompatible({
      baseUrl: upstream.url,
      paths: { chat: (model) => `/deployments/${model}/chat`, responses: '/answers' },
      decodeError: () => undefined,
      wire: 'auto',
    });
    expect(provider.forward?.wires).toContain('openai-chat');
    upstream.reply({ body: {} }, { body: {} }, { body: {} });
    for (const path of ['/v1/chat/completions', '/v1/responses/input_tokens', '/v1/completions'])
      (await provider.forward?.send({ ...raw, path }, 'gpt', test.context))?.body.destroy();
    expect(upstream.calls.map(({ path }) => path)).toEqual([
      '/deployments/gpt/chat',
      '/answers/input_tokens',
      '/completions',
    ]);
  });

  it.each([{ bodyIn: (body: JsonObject) => body }, { replyOut: (body: JsonObject) => body }])(
    'gets none of them if a quirk changes them: %o',
    (quirk) => {
      const { forward } = openaiCompatible({ baseUrl: upstream.url, wire: 'auto', ...quirk });
      expect(forward?.wires).toEqual(['openai-embeddings', 'openai-relay']);
    },
  );

  it('gets a new credential after a 401, for lists and embeddings, too', async () => {
    let logins = 0;
    const login = async () => ({ headers: { authorization: `Bearer token-${(logins += 1)}` } });
    const auth = singleFlight(login, test.setup);
    const provider = openaiCompatible({ baseUrl: upstream.url, auth });
    upstream.reply({ status: 401 }, { body: { data: [{ id: 'm' }] } });
    expect(await provider.models?.(test.context)).toEqual([{ id: 'm' }]);
    expect(upstream.lastCall.headers['authorization']).toBe('Bearer token-2');
  });

  it('has the errors of its streams read like all others', async () => {
    const decodeError = (): GatewayError => new GatewayError('rate-limit', 'Slow down.');
    const provider = openaiCompatible({ baseUrl: upstream.url, decodeError });
    const failing = { status: 429, body: {} };
    upstream.reply({ stream: [{ data: { error: { code: 7 } } }] }, failing);
    for (const turn of [1, 2]) {
      const reading = readReply(provider.chat(chatRequest('Hi', { stream: true }), test.context));
      expect(await failureOf(reading), `${turn}`).toMatchObject({
        kind: 'rate-limit',
        message: 'Slow down.',
      });
    }
  });

  it('counts tokens where its Responses are', async () => {
    const provider = openaiCompatible({
      baseUrl: upstream.url,
      wire: 'responses',
      paths: { responses: '/answers' },
    });
    upstream.reply({ body: { input_tokens: 3 } });
    expect(await provider.countTokens?.(chatRequest('Hi'), test.context)).toBe(3);
    expect(upstream.lastCall.path).toBe('/answers/input_tokens');
  });
});
