import { describe, expect, it, onTestFinished } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import {
  type Frame,
  type MockUpstream,
  openAiReply,
  openAiStream,
  startMockUpstream,
} from '@dragoman/testing/upstreams';

interface Pair {
  readonly gateway: RunningGateway;
  readonly upstream: MockUpstream;
  post(body: object): Promise<Response>;
}

async function startPair(
  server: GatewayOptions['server'] = {},
  timeouts: Record<string, number> = {},
): Promise<Pair> {
  const upstream = await startMockUpstream();
  const gateway = await startGateway({
    server,
    upstreams: [
      {
        id: 'up',
        provider: 'openai',
        models: { list: ['real'] },
        timeouts,
        options: { baseUrl: `${upstream.url}/v1` },
      },
    ],
  });
  onTestFinished(async () => {
    await gateway.close();
    await upstream.close();
  });
  const post = (body: object): Promise<Response> =>
    fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: JSON.stringify({ model: 'real', messages: [{ role: 'user', content: 'x' }], ...body }),
    });
  return { gateway, upstream, post };
}

async function* reading(response: Response): AsyncGenerator<string> {
  let text = '';
  for await (const chunk of response.body ?? []) yield (text += Buffer.from(chunk as Uint8Array).toString());
}

describe('a silent stream', () => {
  it('is kept alive before the first byte of the upstream and between its events', async () => {
    const { upstream, post } = await startPair({ keepAliveMs: 20 });
    const frames = openAiStream([{ text: ['late'] }]);
    const go = Promise.withResolvers<void>();
    const end = Promise.withResolvers<void>();
    upstream.handle('/v1/chat/completions', async () => {
      await go.promise;
      return {
        stream: (async function* (): AsyncGenerator<Frame> {
          yield* frames.slice(0, 2);
          await end.promise;
          yield* frames.slice(2);
        })(),
      };
    });
    const response = await post({ stream: true });
    expect(response.status).toBe(200);
    let beats = 0;
    for await (const text of reading(response)) {
      beats = text.split(': keep-alive\n\n').length - 1;
      if (beats === 1) go.resolve();
      if (text.includes('late') && text.endsWith(': keep-alive\n\n')) end.resolve();
      if (text.includes('[DONE]'))
        expect(text.replaceAll(': keep-alive\n\n', '')).toMatch(/^data: .*\[DONE\]\n\n$/s);
    }
    expect(beats).toBeGreaterThan(1);
  });

  it('tells a failure of the upstream in the stream once it is kept alive', async () => {
    const { upstream, post } = await startPair({ keepAliveMs: 20 });
    const go = Promise.withResolvers<void>();
    upstream.handle('/v1/chat/completions', async () => {
      await go.promise;
      return { status: 503, body: { error: { message: 'Busy.' } } };
    });
    let last = '';
    for await (const text of reading(await post({ stream: true }))) {
      go.resolve();
      last = text;
    }
    expect(last).toMatch(/data: \{"error":\{"message":"Busy\.".*\}\}\n\n$/);
    expect(last).not.toContain('[DONE]');
  });
});

describe('timeouts', () => {
  it.each([
    ['headersMs', { hang: 'headers' as const }, /did not respond/],
    ['totalMs', { hang: 'headers' as const }, /did not complete its reply in time/],
  ])('%s ends a request with 504', async (name, reply, message) => {
    const { upstream, post } = await startPair({}, { [name]: 60 });
    upstream.reply(reply);
    const response = await post({});
    expect(response.status).toBe(504);
    expect(((await response.json()) as { error: { message: string } }).error.message).toMatch(message);
    await upstream.lastCall.aborted;
  });

  it('idleMs ends a stream that fell silent with an error in the stream', async () => {
    const { upstream, post } = await startPair({}, { idleMs: 1_000 });
    upstream.reply({ stream: openAiStream([{ text: ['half'] }]).slice(0, 2), hang: true });
    const text = await (await post({ stream: true })).text();
    expect(text).toMatch(/half/);
    expect(text).toMatch(/data: \{"error":\{"message":".*sent nothing for.*"/);
  });
});

describe('stopping', () => {
  it('lets running streams end, takes no new ones, and is not ready meanwhile', async () => {
    const { gateway, upstream, post } = await startPair();
    const end = Promise.withResolvers<void>();
    const frames = openAiStream([{ text: ['on ', 'and on'] }]);
    upstream.reply({
      stream: (async function* (): AsyncGenerator<Frame> {
        yield* frames.slice(0, 2);
        await end.promise;
        yield* frames.slice(2);
      })(),
    });
    const response = await post({ stream: true });
    const closed = gateway.gateway.close();
    await expect(post({})).rejects.toThrow();
    end.resolve();
    expect(await response.text()).toContain('[DONE]');
    await closed;
  });
});

describe('the body limit', () => {
  it('refuses with 413 in the envelope, told or not, before or after decompression', async () => {
    const { gateway, upstream, post } = await startPair({ bodyLimit: 2048 });
    const told = await post({ user: 'x'.repeat(3000) });
    expect(told.status).toBe(413);
    expect(await told.json()).toMatchObject({ error: { code: 'request_too_large' } });
    const streamed = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${gateway.key}` },
      body: new Blob(['x'.repeat(3000)]).stream(),
      duplex: 'half',
    });
    expect(streamed.status).toBe(413);
    upstream.reply({ body: openAiReply([{ text: ['ok'] }]) });
    expect((await post({})).status).toBe(200);
  });
});
