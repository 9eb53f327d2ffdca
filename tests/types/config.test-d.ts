/**
 * Checked by the compiler alone: what `defineConfig` must take, and, below each `@ts-expect-error`, what it must
 * refuse. One that stops to refuse fails the type check.
 */
import { defineHook, definePlugin, defineProvider, secret } from '@dragoman/plugin';
import { defineConfig } from 'dragoman';
import { echo } from '@dragoman/plugin-echo';
import { z } from 'zod';

const remote = defineProvider({
  name: 'remote',
  title: 'Remote',
  description: 'A provider with an option that must be given.',
  options: z.strictObject({
    baseUrl: z.url(),
    apiKey: secret(z.string()).optional(),
    retries: z.int().default(2),
  }),
  create: () => ({ async *chat() {} }),
});
const remotePlugin = definePlugin(() => ({ name: 'remote', providers: [remote] }));
const configured = definePlugin(({ region }: { readonly region: string }) => ({ name: region }));

const { API_KEY } = process.env;

const guard = defineHook({
  ...{ name: 'guard', title: 'Guard', description: 'A hook with an option that must be given.' },
  options: z.strictObject({ words: z.array(z.string()), isStrict: z.boolean().default(false) }),
  create: () => ({}),
});
const guards = [echo(), definePlugin(() => ({ name: 'guards', hooks: [guard] }))()] as const;

export const guarded = defineConfig({
  plugins: guards,
  hooks: [
    { id: 'a', hook: 'guard', options: { words: [] } },
    {
      ...{ id: 'b', hook: 'guard', options: { words: ['x'], isStrict: true }, order: 'pre' },
      ...{
        on: { keys: ['k'], aliases: ['m-*'], upstreams: ['u'] },
        onError: 'open',
        timeoutMs: 1,
        shadow: true,
      },
    },
    API_KEY !== undefined && { id: 'c', hook: 'guard', options: { words: [] } },
  ],
});

// @ts-expect-error no plugin brings this hook
defineConfig({ plugins: guards, hooks: [{ id: 'a', hook: 'guards', options: { words: [] } }] });

// @ts-expect-error a misspelt option of a hook
defineConfig({ plugins: guards, hooks: [{ id: 'a', hook: 'guard', options: { words: [], strict: true } }] });

// @ts-expect-error an option of a hook that must be given
defineConfig({ plugins: guards, hooks: [{ id: 'a', hook: 'guard' }] });

// @ts-expect-error a misspelt field of a hook
defineConfig({ plugins: guards, hooks: [{ id: 'a', hook: 'guard', options: { words: [] }, onn: {} }] });

const plugins = [echo(), remotePlugin(), configured({ region: 'east' })] as const;

export const complete = defineConfig({
  plugins: [echo(), remotePlugin()],
  upstreams: [
    { id: 'a', provider: 'echo' },
    { id: 'b', provider: 'echo', options: { delayMs: 0 } },
    { id: 'c', provider: 'remote', options: { baseUrl: 'https://c.test' }, timeouts: { connectMs: 1 } },
    API_KEY && {
      id: 'd',
      provider: 'remote',
      options: { baseUrl: 'https://d.test', apiKey: API_KEY, retries: 1 },
    },
    API_KEY !== undefined && { id: 'e', provider: 'echo' },
  ],
  prices: { m: { input: 1, output: 2, request: 0.01 }, unknown: 'refuse' },
  server: { port: 0, cors: '*' },
  auth: true,
  data: './data',
  log: { level: 'debug', format: 'auto' },
});

// @ts-expect-error no plugin brings this provider
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'remot', options: { baseUrl: 'a' } }] });

// @ts-expect-error a misspelt option
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'echo', options: { delayms: 0 } }] });

// @ts-expect-error an option of another provider
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'echo', options: { baseUrl: 'https://a.test' } }] });

// @ts-expect-error an option of a wrong type
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'echo', options: { delayMs: '0' } }] });

// @ts-expect-error options that must be given
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'remote' }] });

// @ts-expect-error an option that must be given
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'remote', options: {} }] });

// @ts-expect-error an upstream without an id
defineConfig({ plugins, upstreams: [{ provider: 'echo' }] });

// @ts-expect-error a misspelt field of an upstream
defineConfig({ plugins, upstreams: [{ id: 'a', provider: 'echo', enable: true }] });

// @ts-expect-error no plugins
defineConfig({ upstreams: [] });

// @ts-expect-error a misspelt section
defineConfig({ plugins, servers: {} });

// @ts-expect-error a misspelt field of a section
defineConfig({ plugins, server: { hots: 'localhost' } });

// @ts-expect-error a level that is none
defineConfig({ plugins, log: { level: 'verbose' } });

// @ts-expect-error a plugin whose options must be given
configured();
