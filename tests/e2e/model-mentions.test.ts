import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw, type RawReply } from '../support/raw-request.ts';

const messages = [{ role: 'user', content: 'hi' }];

describe('models that are named besides the one that is asked for', () => {
  let upstream: MockUpstream;
  let gateway: RunningGateway;
  beforeAll(async () => {
    upstream = await startMockUpstream();
    const options = { apiKey: 'k', baseUrl: `${upstream.url}/v1` };
    const models = { list: ['own', 'second', 'image-1'], rename: { nice: 'own' }, deny: ['secret*'] };
    gateway = await startGateway({
      upstreams: [
        { id: 'up', provider: 'openai', models, options: { ...options, wire: 'auto' } },
        { id: 'elsewhere', provider: 'openai', models: { list: ['far'] }, options },
        {
          id: 'gem',
          provider: 'gemini',
          models: { list: ['g-own'], rename: { g: 'g-own' } },
          options: { apiKey: 'k', baseUrl: upstream.url },
        },
      ],
    });
    for (const path of [
      ...['/v1/chat/completions', '/v1/responses', '/v1/embeddings', '/v1/images/generations'],
      ...['/v1/audio/transcriptions', '/v1beta/models/g-own:generateContent'],
    ])
      upstream.handle(path, () => ({
        body: { id: 'x', choices: [{}], output: [], data: [{}], candidates: [{}] },
      }));
  });
  afterAll(async () => {
    await gateway.close();
    await upstream.close();
  });

  const post = (
    path: string,
    body: string | object,
    { type = 'application/json', key = gateway.key } = {},
  ): Promise<RawReply> =>
    sendRaw(gateway.url, {
      path,
      headers: { 'content-type': type, authorization: `Bearer ${key}` },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  it('become the upstream’s own name where they are the same', async () => {
    const { status } = await post('/v1/chat/completions?model=nice', {
      model: 'nice',
      models: ['nice'],
      messages,
      n: 1.5,
    });
    expect(status).toBe(200);
    expect(upstream.lastCall.query.get('model')).toBe('own');
    expect(upstream.lastCall.rawBody.toString()).toBe(
      `{"model":"own","models":["own"],"messages":${JSON.stringify(messages)},"n":1.5}`,
    );
  });

  it('go on where the key may ask for them at the same upstream', async () => {
    const tools = [{ type: 'image_generation', model: 'image-1' }];
    expect((await post('/v1/responses', { model: 'nice', input: 'hi', tools })).status).toBe(200);
    expect(upstream.lastCall.body).toMatchObject({ model: 'own', tools });
    const key = await gateway.createKey({ name: 'two', models: ['nice', 'up/sec*'] });
    const body = { model: 'nice', models: ['nice', 'up/second'], messages };
    expect((await post('/v1/chat/completions', body, { key })).status).toBe(200);
    expect(upstream.lastCall.body).toMatchObject({ model: 'own', models: ['own', 'second'] });
  });

  it.each([
    ['the key may not ask for', { models: ['nice'] }, 'image-1'],
    ['another upstream serves', {}, 'far'],
    ['the upstream must not be asked for', {}, 'up/secret-1'],
    ['nobody serves', {}, 'nothing'],
    ['would not be counted', { limits: { costPerDay: 5 } }, 'image-1'],
  ])('are refused by name where %s', async (_, limits, model) => {
    const key = await gateway.createKey({ name: 'k', ...limits });
    const calls = upstream.calls.length;
    const tools = [{ type: 'image_generation', model }];
    const { status, body } = await post('/v1/responses', { model: 'nice', input: 'hi', tools }, { key });
    expect(status).toBe(400);
    expect(JSON.parse(body)).toMatchObject({ error: { code: 'model_mismatch', param: 'tools[].model' } });
    expect(upstream.calls.length).toBe(calls);
  });

  it('are told from schemas and texts that speak of models', async () => {
    const key = await gateway.createKey({ name: 'k', models: ['nice'] });
    const parameters = { type: 'object', properties: { model: { type: 'string', enum: ['big'] } } };
    const body = {
      ...{ model: 'nice', messages: [{ role: 'user', content: '{"model":"big"}' }] },
      ...{ tools: [{ type: 'function', function: { name: 'f', parameters } }], metadata: { model: 'T' } },
    };
    expect((await post('/v1/chat/completions', body, { key })).status).toBe(200);
    expect(upstream.lastCall.body).toEqual({ ...body, model: 'own' });
  });

  it('are replaced in forms and in JSON of any type', async () => {
    const form =
      '--b\r\nContent-Disposition: form-data; name="model"\r\n\r\nnice\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nRIFF\r\n--b--\r\n';
    for (const [path, type, text] of [
      ['/v1/audio/transcriptions?model=nice', 'multipart/form-data; boundary=b', form],
      ['/v1/images/generations', 'text/plain', '{"model":"nice","prompt":"a model"}'],
      ['/v1/images/generations', 'application/x-www-form-urlencoded', 'prompt=a+model&model=nice'],
    ] as const) {
      const key = await gateway.createKey({ name: 'k', models: ['nice'] });
      for (const one of [key, gateway.key]) {
        expect((await post(path, text, { type, key: one })).status).toBe(200);
        expect(upstream.lastCall.rawBody.toString()).toBe(text.replace('nice', 'own'));
        expect(upstream.lastCall.query.get('model') ?? 'own').toBe('own');
      }
    }
  });

  it('are replaced in bodies beside a path', async () => {
    const contents = [{ parts: [{ text: 'hi' }] }];
    const { status } = await post('/v1beta/models/g:generateContent', { model: 'models/g', contents });
    expect(status).toBe(200);
    expect(upstream.lastCall.body).toEqual({ model: 'models/g-own', contents });
  });

  it('are refused when there are more than anybody needs', async () => {
    const models = Array.from({ length: 1_000 }, (_, at) => `up/x${at}`);
    expect((await post('/v1/chat/completions', { model: 'nice', models, messages })).status).toBe(400);
  });
});
