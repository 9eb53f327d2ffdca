import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { type MockCall, type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';
import { sendRaw } from '../support/raw-request.ts';
import { ALLOWED, OTHER, type Way, WAYS } from './model-scope-ways.ts';

const models = { list: [ALLOWED, OTHER] };

/** Whether the other model stands anywhere in what an upstream was sent, also in an encoding. */
function hearsOfOther({ path, query, rawBody }: MockCall): boolean {
  const texts = [path, query.toString(), rawBody.toString('utf8'), rawBody.toString('utf16le')];
  try {
    texts.push(JSON.stringify(JSON.parse(rawBody.toString('utf8'))));
  } catch {
    // Not JSON.
  }
  return texts.some((text) => text.includes(OTHER) || percentDecoded(text).includes(OTHER));
}

function percentDecoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

describe.each([true, false])(
  'a key that may use one model of one upstream, passed through: %s',
  (passThrough) => {
    let upstream: MockUpstream;
    let gateway: RunningGateway;
    const keys: Record<string, string> = {};
    beforeAll(async () => {
      upstream = await startMockUpstream();
      const options = { apiKey: 'k', baseUrl: upstream.url };
      const openai = { ...options, baseUrl: `${upstream.url}/v1` };
      gateway = await startGateway({
        upstreams: [
          { id: 'oai', provider: 'openai', models, passThrough, options: { ...openai, wire: 'auto' } },
          { id: 'ant', provider: 'anthropic', models, passThrough, options },
          { id: 'gem', provider: 'gemini', models, passThrough, options },
          { id: 'forbidden', provider: 'openai', models, passThrough, options: openai },
        ],
        fetch: { enabled: false },
      });
      for (const id of ['oai', 'ant', 'gem']) {
        const scope = { models: [ALLOWED], upstreams: [id] };
        keys[id] = await gateway.createKey({ name: id, relay: 'all', ...scope });
      }
    });
    afterAll(async () => {
      await gateway.close();
      await upstream.close();
    });

    const send = (way: Way, id: string): ReturnType<typeof sendRaw> =>
      sendRaw(gateway.url, { ...way, headers: { ...way.headers, authorization: `Bearer ${keys[id]}` } });

    it(`cannot name another one in ${WAYS.length} ways`, { timeout: 120_000 }, async () => {
      expect(new Set(WAYS.map(({ name }) => name)).size).toBe(WAYS.length);
      expect(WAYS.length).toBeGreaterThanOrEqual(300);
      const heard: string[] = [];
      const odd: string[] = [];
      for (const way of WAYS) {
        for (const id of Object.keys(keys)) {
          const before = upstream.calls.length;
          const { status } = await send(way, id);
          const calls = upstream.calls.slice(before);
          if (calls.some(hearsOfOther)) heard.push(`${id}: ${way.name}`);
          // A twin of the model is replaced, so it may be served; the mock has no answer for it and says 501.
          // Counts then fall back to the gateway's own.
          const served = /(?:input|count)_tokens first of two$/.test(way.name) ? [200] : [];
          if (![400, 401, 403, 404, 405, 501, 502, 503, ...served].includes(status))
            odd.push(`${id}: ${way.name}: ${status}`);
          if (calls.length === 0 && status >= 500) odd.push(`${id}: ${way.name}: ${status}`);
        }
      }
      expect(heard).toEqual([]);
      expect(odd).toEqual([]);
    });
  },
);
