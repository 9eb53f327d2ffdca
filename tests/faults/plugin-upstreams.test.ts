import { type CallContext, defineProvider, type ProviderSetup, secret } from '@dragoman/plugin';
import { anthropic } from '@dragoman/plugin-anthropic';
import { echo } from '@dragoman/plugin-echo';
import { openai } from '@dragoman/plugin-openai';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { resolveConfig } from '../../core/src/config/resolve.ts';
import { END, FINISH, OPEN, say, START } from '../support/broken/providers.ts';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';
import { startMockUpstream } from '@dragoman/testing/upstreams';

let gateway: RunningGateway;
afterEach(() => gateway.close());

const HIDDEN = 'k-0815-4711-secret';

/** A provider that refuses to be created where its options say so, and otherwise works. */
const acme = {
  name: 'acme-plugin',
  providers: [
    defineProvider({
      name: 'acme',
      title: 'Acme',
      description: 'Fails when it is told to.',
      options: z.strictObject({ device: z.string().default('cpu'), apiKey: secret(z.string()).optional() }),
      create({ device, apiKey }) {
        if (device !== 'cpu') throw new Error(`no ${device} here, key ${apiKey}`);
        return {
          async *chat() {
            yield* [START, OPEN, say('Fine.'), END, FINISH] as never[];
          },
        };
      },
    }),
  ],
};

const start = async (options: GatewayOptions = {}): Promise<void> => {
  gateway = await startGateway({ plugins: [openai(), anthropic(), echo(), acme], ...options });
};
const upstream = (id: string, device: string) => ({
  ...{ id, provider: 'acme', models: { list: ['m'] } },
  options: { device, apiKey: HIDDEN },
});
const REASON = (id: string): string =>
  `The plugin acme-plugin could not create the upstream ${id}: no gpu here, key [redacted]`;

interface View {
  readonly id: string;
  readonly failure: string | null;
}

describe('an upstream whose provider cannot be created', () => {
  it('is refused with the reason, and not stored', async () => {
    await start();
    for (const path of ['/upstreams', '/upstreams/test']) {
      const given = upstream('bad', 'gpu');
      const answer = await gateway.admin('POST', path, path === '/upstreams' ? given : { upstream: given });
      expect(answer).toMatchObject({ error: { code: 'invalid', message: REASON('bad') } });
    }
    expect((await gateway.admin<View[]>('GET', '/upstreams')).map(({ id }) => id)).toEqual(['echo']);
    await gateway.admin('POST', '/upstreams', upstream('good', 'cpu'));
    const changed = await gateway.admin('PATCH', '/upstreams/good', {
      options: { device: 'gpu', apiKey: HIDDEN },
    });
    expect(changed).toMatchObject({ error: { code: 'invalid', message: REASON('good') } });
    expect((await gateway.post('/v1/chat/completions', { model: 'good/m', messages: [] })).status).not.toBe(
      404,
    );
  });

  it('of the file does not stop the start, and is shown with the reason', async () => {
    await start({ upstreams: [upstream('bad', 'gpu'), upstream('good', 'cpu')] });
    const views = await gateway.admin<View[]>('GET', '/upstreams');
    expect(views.map(({ id, failure }) => [id, failure])).toEqual([
      ['good', null],
      ['bad', REASON('bad')],
    ]);
    expect(await gateway.admin('PATCH', '/upstreams/bad', { weight: 2 })).toMatchObject({
      error: { code: 'read-only' },
    });
    expect(await gateway.admin('POST', '/upstreams', upstream('bad', 'cpu'))).toMatchObject({
      error: { code: 'conflict' },
    });
  });

  it('is refused in a file that is loaded again, and what ran goes on', async () => {
    const declared = [upstream('broken', 'gpu'), upstream('one', 'cpu')];
    let next: readonly object[] = [];
    const load = () =>
      Promise.resolve(resolveConfig({ plugins: [openai(), acme], upstreams: next, data: gateway.folder }));
    await start({ upstreams: declared, surroundings: { load } });
    const ask = async (model: string): Promise<number> => {
      const body = { model, messages: [{ role: 'user', content: 'Hi' }] };
      return (await gateway.post('/v1/chat/completions', body)).status;
    };
    next = [upstream('broken', 'gpu'), upstream('one', 'gpu')];
    await expect(gateway.gateway.reload()).rejects.toThrow(REASON('one'));
    expect(await ask('one/m')).toBe(200);
    // One that could not be created before is no reason to refuse another change.
    next = [...declared, upstream('two', 'cpu')];
    await gateway.gateway.reload();
    expect(await ask('two/m')).toBe(200);
  });
});

describe('what a provider gets when it is created', () => {
  it('has an HTTP client of its own, so that a client who leaves cancels no login of others', async () => {
    const login = await startMockUpstream();
    const answered = Promise.withResolvers<void>();
    login.handle('/login', async () => {
      await answered.promise;
      return { body: { token: 't' } };
    });
    const closed: boolean[] = [];
    const shared = defineProvider({
      name: 'shared',
      title: 'Shared',
      description: 'Logs in once for all.',
      options: z.strictObject({}),
      create(_, { http, signal }: ProviderSetup) {
        signal.addEventListener('abort', () => closed.push(true));
        let loggedIn: Promise<unknown> | undefined;
        return {
          async *chat() {
            await (loggedIn ??= http.send({ method: 'POST', url: `${login.url}/login` }));
            yield* [START, OPEN, say('Fine.'), END, FINISH] as never[];
          },
        };
      },
    });
    await start({
      plugins: [openai(), { name: 'shared-plugin', providers: [shared] }],
      upstreams: [{ id: 'shared', provider: 'shared', models: { list: ['m'] } }],
    });
    const client = new AbortController();
    const body = { model: 'm', messages: [{ role: 'user', content: 'Hi' }] };
    const first = gateway.post('/v1/chat/completions', body, { signal: client.signal }).catch(() => 'gone');
    await login.waitForCall(1);
    const second = gateway.post('/v1/chat/completions', body);
    client.abort();
    expect(await first).toBe('gone');
    answered.resolve();
    expect((await second).status).toBe(200);
    expect(login.calls).toHaveLength(1);
    await gateway.gateway.close();
    expect(closed).toEqual([true]);
    await login.close();
  });
});

interface TracePage {
  readonly traces: readonly { readonly outcome: string; readonly attempts: readonly unknown[] }[];
}

describe('the trace of a provider that is wrong', () => {
  const wrong = defineProvider({
    name: 'wrong',
    title: 'Wrong',
    description: 'Breaks the grammar, or throws.',
    options: z.strictObject({ apiKey: secret(z.string()) }),
    create: ({ apiKey }) => ({
      async *chat({ model }: { readonly model: string }, _: CallContext) {
        if (model === 'throws') throw new TypeError(`not a function, near ${apiKey}`);
        yield* [START, OPEN, say(7), say('Fine.'), END, END, FINISH] as never[];
      },
    }),
  });

  it('says what was mended, and what it threw, without secrets', async () => {
    await start({
      plugins: [openai(), { name: 'wrong-plugin', providers: [wrong] }],
      upstreams: [
        {
          id: 'wrong',
          provider: 'wrong',
          models: { list: ['m', 'throws'] },
          options: { apiKey: `Quill ${HIDDEN}` },
        },
      ],
      traces: { record: 'no-bodies' },
    });
    const attemptOf = async (model: string): Promise<unknown> => {
      const id = await gateway.chat({ model, messages: [{ role: 'user', content: 'Hi' }] });
      for (;;) {
        const { traces } = await gateway.admin<TracePage>('GET', `/traces?requestId=${id}`);
        const ended = traces.find(({ outcome }) => outcome !== 'running');
        if (ended) return ended.attempts[0];
      }
    };
    expect(await attemptOf('m')).toMatchObject({
      faults: ['a delta that is the number 7', 'block-end for 0, which is not open'],
    });
    expect(await attemptOf('throws')).toMatchObject({
      error: {
        kind: 'upstream-broken',
        message:
          'The provider of wrong failed. The plugin wrong-plugin threw: TypeError: not a function, near [redacted]',
      },
    });
  });
});
