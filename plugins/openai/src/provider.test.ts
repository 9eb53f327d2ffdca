import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestContext, type TestContext } from '@dragoman/testing';
import { type MockUpstream, openAiEmbeddings, startMockUpstream } from '@dragoman/testing/upstreams';
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
