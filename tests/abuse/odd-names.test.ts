import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { oddTexts } from '../support/any-text.ts';
import { createCliHome, IMPORTS, readyGateway } from '../support/cli.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

let upstream: MockUpstream;
beforeAll(async () => {
  upstream = await startMockUpstream();
});
afterEach(() => upstream.reset());
afterAll(() => upstream.close());

const MESSAGES = [{ role: 'user', content: 'x' }];

describe('a name of a model that is not well-formed', () => {
  it('ends only its own request, also when a keep-alive is the first thing that is written', async () => {
    const home = await createCliHome();
    try {
      await home.writeConfig(`${IMPORTS}
        export default {
          plugins: [openai()],
          log: { level: 'error' },
          traces: { record: 'off' },
          server: { keepAliveMs: 10 },
          upstreams: [{
            id: 'up', provider: 'openai',
            options: { baseUrl: '${upstream.url}/v1', apiKey: 'sk-up' },
          }],
        };`);
      const { url, key } = await readyGateway(home.start());
      upstream.handle('/v1/chat/completions', () => ({ hang: 'headers' }));
      const stop = new AbortController();
      const response = await fetch(`${url}/chat/completions`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}` },
        body: JSON.stringify({ model: 'up/\ud800x', stream: true, messages: MESSAGES }),
        signal: stop.signal,
      });
      expect(response.status).toBe(200);
      expect(response.headers.get('x-dragoman-model')).toBe('%EF%BF%BDx');
      const first = await response.body?.getReader().read();
      expect(Buffer.from(first?.value ?? []).toString()).toContain(': keep-alive');
      stop.abort();
      expect((await fetch(url.replace(/v1$/, 'healthz'))).status).toBe(200);
    } finally {
      await home.close();
    }
  });
});

describe('an odd name of a model', () => {
  const ids = ['openai', 'anthropic', 'gemini'] as const;
  let gateway: RunningGateway;
  beforeAll(async () => {
    gateway = await startGateway({
      upstreams: ids.map((id) => ({
        ...{ id, provider: id },
        options: { baseUrl: id === 'openai' ? `${upstream.url}/v1` : upstream.url, apiKey: 'sk-up' },
      })),
    });
  });
  afterAll(() => gateway.close());

  it.each(oddTexts().map((text) => [JSON.stringify(text.slice(0, 40)), text]))(
    'is answered with an error of the protocol: %s',
    async (_, text) => {
      const asked = ids.flatMap((id) => {
        const model = `${id}/${text}`;
        return [
          ['/v1/chat/completions', { model, messages: MESSAGES }],
          ['/v1/chat/completions', { model, stream: true, messages: MESSAGES }],
          ['/v1/messages', { model, max_tokens: 9, messages: MESSAGES }],
          ['/v1/responses', { model, store: false, input: 'x' }],
        ] as const;
      });
      for (const [path, body] of asked) {
        const response = await gateway.post(path, body);
        // The upstream has no reply for any of it; what it is not asked for is refused.
        expect([400, 404, 502]).toContain(response.status);
        expect(await response.json()).toHaveProperty('error');
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      }
    },
  );
});
