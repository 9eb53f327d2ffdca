import type { JsonObject, JsonValue } from '@dragoman/plugin';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SPEAKERS } from '../matrix/upstreams.ts';
import type { RunningGateway } from '../support/gateway.ts';
import type { Frame, MockReply, MockUpstream } from '@dragoman/testing/upstreams';
import { startUpstreamPair, type UpstreamPair } from './upstream-pair.ts';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';

/** Upstreams that say 200 and mean an error, in whichever protocol's words. */

let pair: UpstreamPair;
let upstream: MockUpstream;
let second: MockUpstream;
let gateway: RunningGateway;
beforeAll(async () => {
  pair = await startUpstreamPair();
  ({ gateway, first: upstream, second } = pair);
});
beforeEach(() => pair.reset());
afterAll(() => pair.close());

const text = 'The machine is on fire.';
const SHAPES: Readonly<Record<string, JsonValue>> = {
  chat: { error: { message: text, type: 'server_error', code: null } },
  'chat behind other fields': { id: 'x', object: 'chat.completion', error: { message: text, code: 500 } },
  'a text': { error: text },
  responses: {
    id: 'r',
    object: 'response',
    status: 'failed',
    output: [],
    error: { code: 'server_error', message: text },
  },
  anthropic: { type: 'error', error: { type: 'api_error', message: text } },
  gemini: { error: { code: 500, message: text, status: 'INTERNAL' } },
  'a list': [{ error: { code: 500, message: text, status: 'INTERNAL' } }],
};
const EVENTS: Readonly<Record<string, JsonObject>> = {
  'openai-chat': { id: 'x', error: { message: text, type: 'server_error' } },
  'openai-responses': {
    type: 'response.failed',
    response: { status: 'failed', error: { code: 'server_error', message: text } },
  },
  anthropic: { error: { type: 'api_error', message: text }, type: 'error' },
  gemini: { error: { code: 500, message: text, status: 'INTERNAL' } },
};
const CLIENTS = Object.entries(WIRE_CLIENTS);
/** The ids of requests whose streams ended with an error. */
const failedInside: string[] = [];

const ask = async (client: (typeof CLIENTS)[number][1], model: string, isStream: boolean) => {
  const response = await gateway.post(
    client.path(model, isStream),
    client.body({ model, isStream, prompt: 'Hi' }),
  );
  const id = response.headers.get('request-id') ?? '';
  return { status: response.status, body: await response.text(), id };
};

describe.each(SPEAKERS)(
  'an error of status 200 of an upstream that speaks $wire',
  ({ wire, reply, stream }) => {
    const model = `first-${wire}/m`;
    describe.each(CLIENTS)('to a client of %s', (_, client) => {
      it.each(Object.entries(SHAPES))('is an error in a whole reply: %s', async (_, body) => {
        for (const isStream of [false, true]) {
          upstream.reply({ body });
          const answer = await ask(client, model, isStream);
          expect(answer.status, answer.body).toBe(502);
          expect(answer.body).toContain(text);
        }
      });

      it('is mended by the next candidate, also as the first event of a stream', async () => {
        const replies: readonly (readonly [boolean, MockReply, MockReply])[] = [
          [
            false,
            { body: SHAPES[wire.replace('openai-', '')] ?? {} },
            { body: reply([{ text: ['Fine.'] }]) },
          ],
          [true, { stream: [{ data: EVENTS[wire] ?? {} }] }, { stream: stream([{ text: ['Fine.'] }]) }],
        ];
        for (const [isStream, failing, fine] of replies) {
          upstream.reply(failing);
          second.reply(fine);
          const answer = await ask(client, wire, isStream);
          expect(answer.status, answer.body).toBe(200);
          expect(answer.body).toContain('Fine.');
          expect(answer.body).not.toContain(text);
        }
      });

      it('is told in the stream where some of it has arrived', async () => {
        const frames = stream([{ text: ['Some', 'thing'] }]);
        const cut = frames.slice(0, Math.ceil(frames.length / 2));
        upstream.reply({ stream: [...cut, { event: 'error', data: EVENTS[wire] ?? {} }] });
        const answer = await ask(client, model, true);
        expect(answer.status).toBe(200);
        expect(answer.body).toContain(text);
        failedInside.push(answer.id);
      });
    });
  },
);

describe('an error in the words of a proxy in front, as the first event of a stream', () => {
  it.each(SPEAKERS)('tells its message: $wire', async ({ wire }) => {
    for (const [, client] of CLIENTS) {
      upstream.reply({ stream: [{ data: { error: { message: text } } }] });
      const answer = await ask(client, `first-${wire}/m`, true);
      expect(answer.status, answer.body).toBe(502);
      expect(answer.body).toContain(text);
    }
  });
});

describe('errors inside of streams', () => {
  it('are recorded as such', async () => {
    expect(failedInside).toHaveLength(SPEAKERS.length * CLIENTS.length);
    const last = failedInside.at(-1) ?? '';
    await expect.poll(() => gateway.admin('GET', `/traces/${last}`)).toMatchObject({ id: last });
    for (const id of failedInside) {
      expect(await gateway.admin('GET', `/traces/${id}`)).toMatchObject({
        ...{ outcome: 'error', errorKind: 'upstream-broken' },
      });
    }
  });
});

describe('an error without an object around it, as the first event of a stream', () => {
  const events: Readonly<Record<string, Frame>> = {
    'a text': { event: 'error', data: text },
    'flat fields': { event: 'error', data: { type: 'error', message: text } },
  };
  describe.each(SPEAKERS)('of an upstream that speaks $wire', ({ wire }) => {
    it.each(Object.entries(events))('tells its message: %s', async (_, event) => {
      for (const [, client] of CLIENTS) {
        upstream.reply({ stream: [event] });
        const answer = await ask(client, `first-${wire}/m`, true);
        expect(answer.status, answer.body).toBe(502);
        expect(answer.body).toContain(text);
      }
    });
  });
});

describe("Gemini's array that begins with an error", () => {
  const path = (model: string) => `/v1beta/models/${model}:streamGenerateContent`;
  const body = { contents: [{ role: 'user', parts: [{ text: 'Hi' }] }] };
  const [gemini] = SPEAKERS.filter(({ wire }) => wire === 'gemini');

  it('is an error, and mended by the next candidate', async () => {
    const failing = {
      stream: [{ data: EVENTS['gemini'] ?? {} }],
      transport: 'json-array' as const,
      chunkBytes: 9,
    };
    upstream.reply(failing);
    const answer = await gateway.post(path('first-gemini/m'), body);
    expect(answer.status).toBe(502);
    expect(await answer.text()).toContain(text);

    upstream.reply(failing);
    const frames = gemini?.stream([{ text: ['Fi', 'ne.'] }]) ?? [];
    second.reply({ stream: frames, transport: 'json-array', chunkBytes: 50 });
    const mended = await gateway.post(path('gemini'), body);
    expect(mended.status).toBe(200);
    expect(await mended.json()).toEqual(frames.map(({ data }) => data));
  });
});

describe('an answer that only looks like an error', () => {
  it('passes', async () => {
    const [chat] = SPEAKERS as [(typeof SPEAKERS)[number]];
    const body = {
      ...chat.reply([{ text: ['{"error": {"message": "none"}}'] }]),
      error: null,
      note: 'error',
    };
    upstream.reply({ body });
    const response = await gateway.post('/v1/chat/completions', {
      ...{ model: 'first-openai-chat/m', messages: [{ role: 'user', content: 'Hi' }] },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(body);
  });

  it('of an embedding does not', async () => {
    upstream.reply({ body: { object: 'error', message: text } });
    const response = await gateway.post('/v1/embeddings', { model: 'first-openai-chat/m', input: 'x' });
    expect(response.status).toBe(502);
    expect(await response.text()).toContain(text);
  });
});
