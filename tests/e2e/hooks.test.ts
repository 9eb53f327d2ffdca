import { answer, GatewayError, type Hook, refuse } from '@dragoman/plugin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  contentOf,
  createHooked,
  type Hooked,
  mask,
  question,
  said,
  streamed,
} from '../support/hooked.ts';
import { WIRE_CLIENTS } from '../support/wire-clients.ts';

let hooked: Hooked;
beforeEach(async () => {
  hooked = await createHooked();
});
afterEach(() => hooked.close());

describe('a hook', () => {
  it.each(Object.entries(WIRE_CLIENTS))(
    'changes requests and replies of the protocol %s, whole and streamed',
    async (_, client) => {
      const on = await hooked.start({ mask });
      hooked.one.reply(said('It is <n>.'), streamed('It is <', 'n', '>.'));
      for (const isStream of [false, true]) {
        const body = client.body({ model: 'm', isStream, prompt: 'My number is 4111.' });
        const response = await on.post(client.path('m', isStream), body);
        expect(response.status).toBe(200);
        const text = await response.text();
        expect(text).not.toContain('<n>');
        expect(text).toContain('4111');
        expect(JSON.stringify(hooked.one.lastCall.body)).toContain('My number is <n>.');
      }
    },
  );

  it('sees only what its configuration names', async () => {
    const on = await hooked.start({ mask }, [{ on: { aliases: ['other-*'] } }]);
    hooked.one.reply(said('Hi.'));
    await ask(on);
    expect(JSON.stringify(hooked.one.lastCall.body)).toContain('4111');
  });

  it('can decline a request itself', async () => {
    const on = await hooked.start({
      mask: { ...mask, applies: ({ headers }) => headers['x-mask'] === 'yes' },
    });
    hooked.one.reply(said('Hi.'), said('Hi.'));
    await ask(on);
    expect(JSON.stringify(hooked.one.lastCall.body)).toContain('4111');
    await on.post('/v1/chat/completions', question, { headers: { 'x-mask': 'yes' } });
    expect(JSON.stringify(hooked.one.lastCall.body)).toContain('<n>');
  });

  it('sees who asks, and never the credentials', async () => {
    const seen: unknown[] = [];
    const on = await hooked.start({
      look: {
        request(request, { caller, headers, model, protocol }) {
          seen.push({ ...caller, user: caller.user, model, protocol }, headers);
          return request;
        },
      },
    });
    hooked.one.reply(said('Hi.'));
    await ask(on, { user: 'alice' });
    expect(seen[0]).toMatchObject({
      user: 'alice',
      model: 'm',
      protocol: 'openai-chat',
      key: expect.any(String) as string,
    });
    expect(JSON.stringify(seen)).not.toContain(on.key);
  });

  it('cannot change what others see', async () => {
    const on = await hooked.start({
      rude: {
        request(request) {
          (request as { model: string }).model = 'stolen';
          return request;
        },
      },
    });
    const response = await ask(on);
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      error: { code: 'hook_failed', message: 'The hook rude failed.' },
    });
  });
});

describe('the order of hooks', () => {
  it('is pre, normal, post, then the order of the configuration; replies pass in reverse', async () => {
    const calls: string[] = [];
    const named = (name: string): Hook => ({
      request(request) {
        calls.push(name);
        return request;
      },
      async *reply(events) {
        let isFirst = true;
        for await (const event of events) {
          if (isFirst) calls.push(`${name}'`);
          isFirst = false;
          yield event;
        }
      },
    });
    const on = await hooked.start({ a: named('a'), b: named('b'), c: named('c'), d: named('d') }, [
      { order: 'post' },
      {},
      { order: 'pre' },
      {},
    ]);
    hooked.one.reply(said('Hi.'));
    await contentOf(await ask(on));
    expect(calls).toEqual(['c', 'b', 'd', 'a', "a'", "d'", "b'", "c'"]);
  });
});

describe('a refusal', () => {
  it.each(Object.entries(WIRE_CLIENTS))(
    'is an error of the protocol %s, and calls no upstream',
    async (_, client) => {
      const on = await hooked.start({
        guard: { request: () => refuse('No numbers, please.', 'number_found') },
      });
      for (const isStream of [false, true]) {
        const body = client.body({ model: 'm', isStream, prompt: 'Hi.' });
        const response = await on.post(client.path('m', isStream), body);
        expect(response.status).toBe(400);
        expect(await response.text()).toContain('No numbers, please.');
      }
      expect(hooked.one.calls).toHaveLength(0);
    },
  );

  it('in an attempt or a reply tries no other candidate', async () => {
    let phase = 'attempt';
    const on = await hooked.start({
      guard: {
        attempt: (request) => (phase === 'attempt' ? refuse('Not there.') : request),
        async *reply(events) {
          for await (const event of events) {
            if (event.type === 'block-delta') refuse('Not that.');
            yield event;
          }
        },
      },
    });
    expect(await (await ask(on)).json()).toMatchObject({
      error: { message: 'Not there.', code: 'refused_by_hook' },
    });
    phase = 'reply';
    hooked.one.reply(said('Hi.'), streamed('Hi.'));
    const whole = await ask(on);
    expect([whole.status, await whole.json()]).toMatchObject([400, { error: { message: 'Not that.' } }]);
    const stream = await ask(on, { stream: true });
    expect([stream.status, await stream.json()]).toMatchObject([400, { error: { message: 'Not that.' } }]);
    expect(hooked.two.calls).toHaveLength(0);
  });
});

describe('an answer', () => {
  const reply = {
    id: 'kept',
    model: 'from-the-cache',
    choices: [{ content: [{ type: 'text' as const, text: 'Kept.' }], reason: 'stop' as const }],
    usage: { input: 1_000_000, output: 1_000_000 },
  };
  const cache: Hook = {
    request(_, { replyHeader }) {
      replyHeader('x-dragoman-cache', 'hit');
      return answer(reply, { saved: { upstream: 'one', model: 'm' } });
    },
  };

  it.each(Object.entries(WIRE_CLIENTS))('reaches clients of %s without an upstream', async (_, client) => {
    const on = await hooked.start({ cache });
    for (const isStream of [false, true]) {
      const body = client.body({ model: 'm', isStream, prompt: 'Hi.' });
      const response = await on.post(client.path('m', isStream), body);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-dragoman-cache')).toBe('hit');
      expect(response.headers.get('x-dragoman-upstream')).toBeNull();
      const text = await response.text();
      expect(text).toContain('Kept.');
      expect(text).not.toContain('from-the-cache');
    }
    expect(hooked.one.calls).toHaveLength(0);
  });

  it('passes through the hooks before the one that gave it, and no others', async () => {
    const seen: string[] = [];
    const watch = (name: string): Hook => ({
      reply(events) {
        seen.push(name);
        return events;
      },
    });
    const on = await hooked.start({ before: watch('before'), cache, after: watch('after') });
    await ask(on);
    expect(seen).toEqual(['before']);
  });

  it('is not given for a model that the key may not use', async () => {
    const on = await hooked.start({ cache });
    const key = await on.createKey({ name: 'other', models: ['x'] });
    const response = await on.post('/v1/chat/completions', question, { key });
    expect(response.status).toBe(403);
  });

  it("counts towards the key's limit of requests, and neither tokens nor cost", async () => {
    const on = await hooked.start({ cache }, [], { prices: { m: { input: 1, output: 1 } } });
    const limits = { requestsPerMinute: 2, tokensPerMinute: 10, costPerDay: 0.01 };
    const key = await on.createKey({ name: 'limited', limits });
    const statuses: number[] = [];
    for (let at = 0; at < 3; at += 1) {
      const response = await on.post('/v1/chat/completions', question, { key });
      statuses.push(response.status);
      await response.text();
    }
    expect(statuses).toEqual([200, 200, 429]);
  });

  it('may fail like an upstream', async () => {
    const on = await hooked.start({
      follower: {
        request: () =>
          answer({
            [Symbol.asyncIterator]: () => ({
              next: () => Promise.reject(new GatewayError('rate-limit', 'The leader was refused.')),
            }),
          }),
      },
    });
    const response = await ask(on);
    expect([response.status, await response.text()]).toEqual([
      429,
      expect.stringContaining('The leader') as string,
    ]);
  });
});
