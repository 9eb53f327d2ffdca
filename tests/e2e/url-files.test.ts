import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

let upstream: MockUpstream;
let files: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  [upstream, files] = await Promise.all([startMockUpstream(), startMockUpstream()]);
  gateway = await start({ allow: ['127.0.0.1/32'], ports: [Number(new URL(files.url).port)] });
});
beforeEach(() => {
  upstream.reset();
  files.reset();
  files.handle('/cat.png', () => ({
    rawBody: Buffer.from(PNG, 'base64'),
    headers: { 'content-type': 'x/y' },
  }));
  files.handle('/notes.md', () => ({ rawBody: '# Notes', headers: { 'content-type': 'text/markdown' } }));
  files.handle('/page', () => ({ rawBody: '<html>', headers: { 'content-type': 'text/html' } }));
});
afterAll(async () => {
  await gateway.close();
  await Promise.all([upstream.close(), files.close()]);
});

function start(fetch: GatewayOptions['fetch']): Promise<RunningGateway> {
  const upstreams = SPEAKERS.map((speaker) => ({
    id: speaker.wire,
    ...speaker.config(upstream.url),
    models: { list: ['m'] },
  }));
  return startGateway({ upstreams, ...(fetch && { fetch }) });
}

function see(path: string, { url, key } = gateway, model = 'gemini/m') {
  const [speaker] = SPEAKERS.filter(({ wire }) => model.startsWith(wire));
  upstream.reply({ body: speaker?.reply([{ text: ['A cat.'] }]) ?? {} });
  const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
  const image_url = { url: `${files.url}${path}` };
  const messages = [{ role: 'user' as const, content: [{ type: 'image_url' as const, image_url }] }];
  return client.chat.completions.create({ model, messages });
}

describe('an image by its URL', () => {
  it('goes as bytes to an upstream that takes no URLs', async () => {
    expect((await see('/cat.png')).choices[0]?.message.content).toBe('A cat.');
    expect(upstream.lastCall.body).toMatchObject({
      contents: [{ parts: [{ inlineData: { mimeType: 'image/png', data: PNG } }] }],
    });
  });

  it('goes as it is to an upstream that does', async () => {
    await see('/cat.png', gateway, 'anthropic/m');
    expect(upstream.lastCall.body).toMatchObject({
      messages: [{ content: [{ type: 'image', source: { type: 'url', url: `${files.url}/cat.png` } }] }],
    });
    expect(files.calls).toHaveLength(0);
  });

  it.each([
    ['/page', 'text/html where image was expected'],
    ['/gone.png', 'status 501'],
  ])('is an error of the client where it leads to %s', async (path, why) => {
    await expect(see(path)).rejects.toMatchObject({
      status: 400,
      code: 'url_not_fetched',
      message: expect.stringContaining(why) as string,
    });
    expect(upstream.calls).toHaveLength(0);
  });

  it('is never fetched from the network of the gateway, unless that is allowed', async () => {
    const guarded = await start({});
    await expect(see('/cat.png', guarded)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('not public') as string,
    });
    const off = await start({ enabled: false, allow: ['127.0.0.1/32'] });
    await expect(see('/cat.png', off)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('configured not to fetch') as string,
    });
    expect(files.calls).toHaveLength(0);
    await Promise.all([guarded.close(), off.close()]);
  });
});

describe('a document by its URL', () => {
  it('goes as text to an upstream that takes no documents by URL', async () => {
    const [chat] = SPEAKERS;
    upstream.reply({ body: chat?.reply([{ text: ['Notes.'] }]) ?? {} });
    const client = new Anthropic({ baseURL: gateway.url, apiKey: gateway.key });
    const source = { type: 'url' as const, url: `${files.url}/notes.md` };
    await client.messages.create({
      ...{ model: 'openai-chat/m', max_tokens: 64 },
      messages: [{ role: 'user', content: [{ type: 'document', source }] }],
    });
    expect(JSON.stringify(upstream.lastCall.body)).toContain('# Notes');
  });
});
