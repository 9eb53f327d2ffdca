import { Readable } from 'node:stream';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Caller, defineProvider, type Forward, GatewayError } from '@dragoman/plugin';
import { openai } from '@dragoman/plugin-openai';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { END, FINISH, OPEN, say, START } from '../support/broken/providers.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';

/** Who called, in the order of the calls. */
const seen: Caller[] = [];

/** Answers how often it was called, by its store, and what time it is. */
const counting = defineProvider({
  name: 'counting',
  title: 'Counting',
  description: 'Counts its calls.',
  options: z.strictObject({ forwards: z.boolean().default(false), address: z.url().optional() }),
  create({ forwards }, { store, clock }) {
    const forward: Forward = {
      wires: ['openai-chat'],
      async send(_, _model, { caller: { key, thread, user } }) {
        seen.push({ key, thread, user });
        return { status: 418, headers: {}, body: Readable.from([]) };
      },
      decodeError: () => new GatewayError('invalid', 'A teapot.'),
    };
    return {
      async *chat(_, { caller: { key, thread, user } }) {
        seen.push({ key, thread, user });
        const count = Number((await store.get('count')) ?? 0) + 1;
        await store.set('count', String(count));
        yield* [START, OPEN, say(`${count} at ${clock.now()}`), END, FINISH] as never[];
      },
      ...(forwards && { forward }),
    };
  },
});

let gateway: RunningGateway;
beforeAll(async () => {
  gateway = await startGateway({
    plugins: [openai(), { name: 'counting', providers: [counting] }],
    upstreams: [{ id: 'raw', provider: 'counting', options: { forwards: true } }],
    surroundings: { clock: { now: () => 1_700_000_000_000, sleep: () => Promise.resolve() } },
  });
});
afterAll(() => gateway.close());

const create = (options: object = {}) =>
  gateway.admin('POST', '/upstreams', { id: 'up', provider: 'counting', options });

async function ask(model: string, fields: object = {}, headers: Record<string, string> = {}) {
  const body = { model, messages: [{ role: 'user', content: 'Hi' }], ...fields };
  const response = await gateway.post('/v1/chat/completions', body, { headers });
  const answer = (await response.json()) as { choices?: { message: { content: string } }[] };
  return answer.choices?.[0]?.message.content;
}

describe('what a provider is given', () => {
  it('is a clock, and a store that outlives a change of the upstream, but not the upstream', async () => {
    await create();
    expect(await ask('up/m')).toBe('1 at 1700000000000');
    await gateway.admin('PATCH', '/upstreams/up', { options: { forwards: false }, weight: 2 });
    expect(await ask('up/m')).toBe('2 at 1700000000000');
    await gateway.admin('PATCH', '/upstreams/up', { options: { address: 'https://other.example' } });
    expect(await ask('up/m')).toBe('1 at 1700000000000');
    await gateway.admin('DELETE', '/upstreams/up?confirm=true');
    await gateway.admin('GET', '/upstreams');
    await vi.waitFor(async () => expect(await readdir(join(gateway.folder, 'stores'))).toEqual([]));
    await create();
    expect(await ask('up/m')).toBe('1 at 1700000000000');
  });

  it.each(['up', 'raw'])('is who asks, translated or forwarded: %s', async (id) => {
    seen.length = 0;
    const [{ id: key }] = (await gateway.admin<{ id: string }[]>('GET', '/keys')) as [{ id: string }];
    await ask(`${id}/m`, { user: 'someone' }, { 'x-thread-id': 'thread-1' });
    await ask(`${id}/m`);
    expect(seen).toEqual([
      { key, thread: 'thread-1', user: 'someone' },
      { key, thread: undefined, user: undefined },
    ]);
  });
});
