import { buffer } from 'node:stream/consumers';
import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { candidate, routing } from '../../../tests/support/candidates.ts';
import { chatRequest } from '@dragoman/testing';
import {
  bodyOf,
  callOf,
  exchangeOf,
  fakeEndpoint,
  rawOf,
  replyOf,
  routeTo,
} from '../../../tests/support/exchange.ts';
import { type ChatRequest, createOpaqueBox, GatewayError, type Provider } from '@dragoman/plugin';
import { ModelNames } from '../catalogue/model-names.ts';
import type { UpstreamInput } from '../config/upstream.ts';
import type { Reply } from '../routing/reply.ts';
import { findPlaced, placesOf } from '@dragoman/plugin/internal/transport/json/json-places';
import { type ChatAttemptInput, createChatAttempt } from './chat-attempt.ts';
import { createToolCallMemory } from './tool-call-memory.ts';

const opaque = createOpaqueBox(Buffer.alloc(32));
const places = placesOf(['model', 'fallbacks[]']);

interface Setting {
  readonly body?: string;
  readonly input?: Partial<ChatAttemptInput>;
  readonly upstream?: Partial<UpstreamInput>;
  /** The wires that the upstream takes unchanged. */
  readonly wires?: readonly string[];
  /** What the upstream calls the other model. */
  readonly other?: string;
}

/** A client asks `asked` in the test's wire, and the upstream calls that `m`. */
async function attemptOf({ body = '{"model":"asked"}', input, upstream, wires, other }: Setting = {}) {
  const forwarded: string[] = [];
  const converted: ChatRequest[] = [];
  const provider: Partial<Provider> = {
    async *chat(request) {
      converted.push(request);
      yield* replyOf('Converted.');
      await Promise.resolve();
    },
    forward: {
      wires: wires ?? ['test-wire'],
      async send(raw) {
        forwarded.push(String(await buffer(Readable.from([raw.body as Buffer]))));
        const answer = Buffer.from('{"choices":["Forwarded."]}');
        return {
          status: 200,
          headers: { 'content-type': 'application/json' },
          body: Readable.from([answer]),
        };
      },
      decodeError: () => new GatewayError('upstream-broken', 'No.'),
    },
  };
  const one = candidate('up', upstream, provider);
  const bytes = Buffer.from(body);
  const named = { bytes, mentions: findPlaced(bytes, places), encode: JSON.stringify };
  const names = new ModelNames({ model: 'asked', query: '', body: named });
  const otherRoute = routeTo(other === undefined ? [candidate('elsewhere')] : [{ ...one, model: other }]);
  await names.judge(undefined, { resolve: () => Promise.resolve(otherRoute) });
  const context = {
    ...{ id: 'r', created: 0, opaque },
    get request(): ChatRequest {
      return chatRequest('Hi.', { model: 'asked', stream: false });
    },
  };
  const attempt = createChatAttempt({
    ...{ endpoint: fakeEndpoint, form: undefined, stream: false, context, names, isChanged: false },
    ...{ missing: undefined, keep: undefined, memory: createToolCallMemory(), hold: routing.hold },
    ...input,
  });
  const exchange = exchangeOf({ raw: rawOf(body) });
  return {
    ...{ forwarded, converted },
    ask: async (): Promise<Reply> => attempt(one, callOf(one), exchange),
  };
}

describe('a chat at an upstream that speaks its wire', () => {
  it("passes through with the upstream's name of the model, and is not even decoded", async () => {
    const context = {
      ...{ id: 'r', created: 0, opaque },
      get request(): never {
        throw new Error('Nobody needs it decoded.');
      },
    };
    const { ask, forwarded, converted } = await attemptOf({
      body: '{ "model": "asked",\n"odd": 1.0 }',
      input: { context },
    });
    expect(await bodyOf(await ask())).toBe('{"choices":["Forwarded."]}');
    expect(forwarded).toEqual(['{ "model": "m",\n"odd": 1.0 }']);
    expect(converted).toEqual([]);
  });

  it.each<readonly [string, Setting]>([
    ['it speaks another wire', { wires: ['other-wire'] }],
    ['its config does not allow it', { upstream: { passThrough: false } }],
    ['the gateway added to it', { input: { isChanged: true } }],
  ])('is converted where %s', async (_, setting) => {
    const { ask, forwarded, converted } = await attemptOf(setting);
    expect(JSON.parse(await bodyOf(await ask()))).toMatchObject({ model: 'asked', text: 'Converted.' });
    expect(converted).toMatchObject([{ model: 'm' }]);
    expect(forwarded).toEqual([]);
  });

  it('may go on from what only that upstream has; converted, it may not', async () => {
    const missing = new GatewayError('not-found', 'There is no such reply.');
    const same = await attemptOf({ input: { missing } });
    expect((await same.ask()).status).toBe(200);
    const other = await attemptOf({ input: { missing }, wires: [] });
    await expect(other.ask()).rejects.toBe(missing);
    expect(other.converted).toEqual([]);
  });
});

describe('other models in a chat', () => {
  const body = '{"model":"asked","fallbacks":["spare"]}';

  it('have the names that the upstream has for them', async () => {
    const { ask, forwarded } = await attemptOf({ body, other: 's' });
    await ask();
    expect(forwarded).toEqual(['{"model":"m","fallbacks":["s"]}']);
  });

  it('must be served by the same upstream', async () => {
    const { ask, forwarded } = await attemptOf({ body });
    await expect(ask()).rejects.toMatchObject({ kind: 'invalid', details: { code: 'model_mismatch' } });
    expect(forwarded).toEqual([]);
  });

  it('keep their names in a chat that is converted, or it is refused', async () => {
    const renamed = await attemptOf({ body, other: 's', wires: [] });
    await expect(renamed.ask()).rejects.toMatchObject({ details: { code: 'model_mismatch' } });
    expect(renamed.converted).toEqual([]);
    const same = await attemptOf({ body, other: 'spare', wires: [] });
    expect((await same.ask()).status).toBe(200);
  });
});

it('a stream has the form that its client wants', async () => {
  const form = {
    framing: 'json-array',
    async *encodeStream(events: AsyncIterable<unknown>) {
      let count = 0;
      for await (const event of events) if (event !== undefined) count += 1;
      yield `${count} events`;
    },
    encodeStreamError: () => '',
  } satisfies ChatAttemptInput['form'];
  const request = chatRequest('Hi.', { model: 'asked' });
  const context = { id: 'r', created: 0, opaque, request };
  const { ask } = await attemptOf({ wires: [], input: { form, stream: true, context } });
  expect(await bodyOf(await ask())).toBe('5 events');
});
