import { type Hook, mapText } from '@dragoman/plugin';
import { openAiReply } from '@dragoman/testing/upstreams';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask, changeTexts, contentOf, createHooked, type Hooked, question, said } from '../support/hooked.ts';

let hooked: Hooked;
beforeEach(async () => {
  hooked = await createHooked();
});
afterEach(() => hooked.close());

describe('attempts', () => {
  it('have state and headers of their own, and a request of their own', async () => {
    const states: unknown[] = [];
    const on = await hooked.start({
      tag: {
        request(request, { state }) {
          state.set('shared', 1);
          return request;
        },
        attempt(request, { state, upstream: id, replyHeader }) {
          states.push([...state]);
          state.set('upstream', id);
          replyHeader('x-dragoman-tag', id);
          return { ...request, sampling: { temperature: id === 'one' ? 0.1 : 0.2 } };
        },
        reply(events, { state, from }) {
          states.push([from, state.get('upstream')]);
          return events;
        },
      },
    });
    hooked.one.reply({ status: 500, body: { error: { message: 'Down.' } } });
    hooked.two.reply(said('Hi.'));
    const response = await ask(on);
    expect(await contentOf(response)).toBe('Hi.');
    expect(response.headers.get('x-dragoman-tag')).toBe('two');
    expect(hooked.one.lastCall.body).toMatchObject({ temperature: 0.1 });
    expect(hooked.two.lastCall.body).toMatchObject({ temperature: 0.2 });
    expect(states).toEqual([[['shared', 1]], [['shared', 1]], [{ upstream: 'two', model: 'm' }, 'two']]);
  });

  it('at other upstreams pass through where a hook is attached to one', async () => {
    const seen: string[] = [];
    const on = await hooked.start(
      {
        local: {
          request(request, on) {
            seen.push((on as { upstream?: string }).upstream ?? '');
            return changeTexts(request, () => 'Changed.');
          },
        },
      },
      [{ on: { upstreams: ['two'] } }],
    );
    hooked.one.reply({ status: 500, body: { error: { message: 'Down.' } } });
    hooked.two.reply(said('Hi.'));
    await contentOf(await ask(on));
    expect(JSON.stringify(hooked.one.lastCall.body)).toBe(JSON.stringify(question));
    expect(JSON.stringify(hooked.two.lastCall.body)).toContain('Changed.');
    expect(seen).toEqual(['two']);
  });

  it('that are hedged keep the state of the one that answers', async () => {
    const on = await hooked.start(
      {
        tag: {
          attempt(request, { state, upstream: id }) {
            state.set('upstream', id);
            return request;
          },
          reply: (events, { state }) =>
            mapText(events, () => ({ push: () => String(state.get('upstream')), end: () => '' })),
        },
      },
      [],
      { aliases: [{ name: 'hedged', candidates: [{ model: 'm' }], policy: 'order', hedge: { afterMs: 1 } }] },
    );
    hooked.one.reply({ hang: 'headers' });
    hooked.two.reply(said('Hi.'));
    expect(await contentOf(await ask(on, { model: 'hedged' }))).toBe('two');
  });
});

describe('a hook with only raw', () => {
  const wires: string[] = [];
  const raw: Hook = {
    raw(body, { wire, replyHeader }) {
      wires.push(wire);
      replyHeader('x-dragoman-raw', 'yes');
      return { ...body, metadata: { by: 'raw' } };
    },
  };

  it('keeps forwarding, with the changed body', async () => {
    const on = await hooked.start({ raw });
    // A reply that a codec would not reproduce.
    hooked.one.reply({ body: { ...openAiReply([{ text: ['Hi.'] }]), odd: ['as', 'it', 'is'] } });
    const response = await ask(on, { unknown_field: true });
    expect(response.headers.get('x-dragoman-raw')).toBe('yes');
    expect(await response.json()).toMatchObject({ odd: ['as', 'it', 'is'] });
    expect(hooked.one.lastCall.body).toEqual({ ...question, unknown_field: true, metadata: { by: 'raw' } });
    expect(wires).toEqual(['openai-chat']);
  });

  it('works on requests that are converted, too', async () => {
    const on = await hooked.start({
      raw: { raw: (body) => ({ ...body, max_tokens: 7 }) },
    });
    hooked.one.reply(said('Hi.'));
    await on.post('/v1/messages', { ...question, max_tokens: 100 });
    expect(hooked.one.lastCall.body).toMatchObject({ max_completion_tokens: 7 });
  });

  it('changes bodies for its upstreams alone', async () => {
    const on = await hooked.start({ raw }, [{ on: { upstreams: ['two'] } }]);
    hooked.one.reply({ status: 500, body: { error: { message: 'Down.' } } });
    hooked.two.reply(said('Hi.'));
    await contentOf(await ask(on));
    expect(hooked.one.lastCall.body).toEqual(question);
    expect(hooked.two.lastCall.body).toEqual({ ...question, metadata: { by: 'raw' } });
  });

  it('cannot name a model that the key may not use', async () => {
    const on = await hooked.start({ raw: { raw: (body) => ({ ...body, model: 'secret' }) } });
    const key = await on.createKey({ name: 'other', models: ['m'] });
    const response = await on.post('/v1/chat/completions', question, { key });
    expect(response.status).toBe(404);
    expect(hooked.one.calls).toHaveLength(0);
  });
});
