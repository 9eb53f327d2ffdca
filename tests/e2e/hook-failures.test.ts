import { answer, definePlugin, type Hook, refuse } from '@dragoman/plugin';
import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  ask,
  contentOf,
  createHooked,
  type Hooked,
  hookTypeOf,
  mask,
  question,
  said,
  streamed,
} from '../support/hooked.ts';
import { startGateway } from '../support/gateway.ts';

let hooked: Hooked;
beforeEach(async () => {
  hooked = await createHooked();
});
afterEach(() => hooked.close());

describe('a hook that fails', () => {
  const failing: Readonly<Record<string, Hook>> = {
    throws: {
      request: () => {
        throw new Error('sk-plugin-detail');
      },
    },
    rejects: { request: () => Promise.reject(new Error('Broken.')) },
    hangs: { request: () => new Promise(() => {}) },
    'returns nonsense': { request: () => ({ messages: 'none' }) as never },
    'returns a tool that is none': { request: (request) => ({ ...request, tools: [null] }) as never },
    ...Object.fromEntries(
      [
        { type: 'media' },
        { type: 'text' },
        { type: 'tool-call', name: 'f' },
        { type: 'tool-result', content: [{}] },
        { type: 'picture' },
      ].map((part): [string, Hook] => [
        `returns a part ${JSON.stringify(part)}`,
        { request: (request) => ({ ...request, messages: [{ role: 'user', content: [part] }] }) as never },
      ]),
    ),
    'returns nothing': { request: () => undefined as never },
    'fails in an attempt': { attempt: () => Promise.reject(new Error('Broken.')) },
    'has a broken body': { raw: () => 'text' as never },
    'cannot say whether it applies': { applies: () => 'yes' as never, request: (request) => request },
    'ends a reply early': {
      async *reply(events) {
        for await (const event of events) if (event.type === 'start') yield event;
      },
    },
    'breaks the grammar': {
      async *reply(events) {
        for await (const event of events)
          yield event.type === 'start' ? event : ({ type: 'nonsense' } as never);
      },
    },
    'hangs in a reply': {
      async *reply(events) {
        for await (const event of events) {
          await new Promise(() => {});
          yield event;
        }
      },
    },
  };

  it.each(Object.entries(failing))('and %s refuses the request if it is closed', async (_, hook) => {
    const on = await hooked.start({ broken: hook }, [{ timeoutMs: 20 }]);
    hooked.one.reply(said('Hi.'));
    const response = await ask(on);
    expect([response.status, await response.json()]).toMatchObject([500, { error: { code: 'hook_failed' } }]);
    expect(hooked.two.calls).toHaveLength(0);
  });

  it.each(Object.entries(failing))('and %s is left out if it is open', async (_, hook) => {
    const on = await hooked.start({ broken: hook }, [{ timeoutMs: 20, onError: 'open' }]);
    hooked.one.reply(said('Hi.'), streamed('Hi ', 'you.'));
    expect(await contentOf(await ask(on))).toBe('Hi.');
    const stream = await (await ask(on, { stream: true })).text();
    expect(stream).toContain('Hi ');
    expect(stream).toContain('you.');
    expect(stream).toContain('[DONE]');
  });

  it('after it has changed a reply ends it with an error even if it is open', async () => {
    const on = await hooked.start(
      {
        half: {
          async *reply(events) {
            for await (const event of events) {
              if (event.type !== 'block-delta') yield event;
              else if (event.delta === 'one ') yield { ...event, delta: 'ONE ' };
              else throw new Error('Broken.');
            }
          },
        },
      },
      [{ onError: 'open' }],
    );
    hooked.one.reply(streamed('one ', 'two'));
    const text = await (await ask(on, { stream: true })).text();
    expect(text).toContain('ONE ');
    expect(text).toContain('hook_failed');
    expect(text).not.toContain('two');
  });

  it('in create refuses requests if it is closed, and lets them pass if it is open', async () => {
    const unmade = hookTypeOf('unmade', () => {
      throw new Error('No such file.');
    });
    const plugins = [openai(), echo(), definePlugin(() => ({ name: 'tests', hooks: [unmade] }))()];
    for (const [onError, status] of [
      ['closed', 500],
      ['open', 200],
    ] as const) {
      const hooks = [{ id: 'unmade', hook: 'unmade', onError }] as never;
      const gateway = await startGateway({ plugins, hooks });
      const response = await gateway.post('/v1/chat/completions', { ...question, model: 'echo' });
      expect(response.status).toBe(status);
      await gateway.close();
    }
  });
});

describe('a shadow', () => {
  it('changes nothing, answers nothing, refuses nothing and delays nothing', async () => {
    const seen: string[] = [];
    const on = await hooked.start(
      {
        mask,
        cache: { request: () => answer({ id: '', model: '', choices: [{ content: [], reason: 'stop' }] }) },
        guard: { request: () => refuse('Never.') },
        slow: { request: () => new Promise(() => {}) },
        reads: {
          async *reply(events) {
            for await (const event of events) {
              if (event.type === 'block-delta') seen.push(event.delta);
              // What it yields goes nowhere.
              yield { type: 'ping' };
            }
          },
        },
      },
      Array.from({ length: 5 }, () => ({ shadow: true, timeoutMs: 20 })),
    );
    hooked.one.reply(said('It is <n>.'));
    expect(await contentOf(await ask(on))).toBe('It is <n>.');
    expect(JSON.stringify(hooked.one.lastCall.body)).toContain('4111');
    expect(seen).toEqual(['It is <n>.']);
  });
});

describe('a hook that works on after its last event', () => {
  it('may finish before the request is over', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const log: string[] = [];
    const on = await hooked.start({
      saves: {
        async *reply(events, { signal }) {
          signal.addEventListener('abort', () => {
            log.push('over');
            resolve();
          });
          yield* events;
          await Promise.resolve();
          log.push('saved');
        },
      },
    });
    hooked.one.reply(said('Hi.'));
    await contentOf(await ask(on));
    await promise;
    expect(log).toEqual(['saved', 'over']);
  });
});
