import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  definePlugin,
  defineProvider,
  defineToolFormat,
  type Plugin,
  regions,
  secret,
} from '@dragoman/plugin';
import { ConfigError } from '../validation/config-error.ts';
import type { ConfigOverrides } from './overrides.ts';
import { type ConfigSource, resolveConfig } from './resolve.ts';

const remote = defineProvider({
  name: 'remote',
  title: 'Remote',
  description: 'A provider of the tests.',
  options: z.strictObject({
    baseUrl: z.url(),
    apiKey: secret(z.string()).optional(),
    retries: z.int().min(0).default(2),
    toolCalls: z.string().optional(),
    login: z.strictObject({ user: z.string(), password: secret(z.string()) }).optional(),
  }),
  capabilitiesOf: ({ toolCalls }) => ({ '*': toolCalls === undefined ? {} : { toolCalls } }),
  create: () => ({ async *chat() {} }),
});
const tagged = defineToolFormat({
  ...{ name: 'tagged', aliases: ['tags'], read: regions({ starts: {} }) },
  prompt: { tools: () => '', calls: () => '', results: () => '' },
});
const plugin = definePlugin(() => ({ name: 'remote-plugin', providers: [remote], toolFormats: [tagged] }));
const plugins = [plugin()];
const upstream = { id: 'one', provider: 'remote', options: { baseUrl: 'https://one.test' } };

interface Attempt {
  readonly overrides?: ConfigOverrides;
  readonly source?: ConfigSource;
}

function problems(input: unknown, { overrides, source }: Attempt = {}): readonly string[] {
  try {
    resolveConfig(input, overrides, source);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
  throw new Error('The configuration was accepted.');
}

describe('resolveConfig', () => {
  it('fills in every default', () => {
    expect(resolveConfig({ plugins })).toEqual({
      plugins,
      upstreams: [],
      hooks: [],
      aliases: [],
      routing: {
        policy: 'round-robin',
        retry: { repeats: 2, baseMs: 250, maxMs: 5_000 },
        breaker: { failures: 5, windowMs: 30_000, openMs: 15_000, maxOpenMs: 300_000 },
        hold: { events: 64, bytes: 262_144, ms: 30_000 },
        waitMs: 2_000,
      },
      prices: { table: {}, unknown: 'refuse' },
      server: {
        host: '127.0.0.1',
        port: 8787,
        cors: [],
        bodyLimit: 33_554_432,
        bodyBudget: 268_435_456,
        minUploadRate: 1024,
        requestTimeoutMs: 300_000,
        shutdownDelayMs: 0,
        shutdownGraceMs: 30_000,
        keepAliveMs: 15_000,
        trustedProxies: [],
      },
      console: {},
      auth: true,
      data: resolve('data'),
      log: { level: 'info', format: 'json', printsSecrets: true },
      conversations: {
        maxCount: 10_000,
        maxBytes: 1_073_741_824,
        maxBytesPerKey: 134_217_728,
        maxAgeMs: 30 * 24 * 60 * 60_000,
      },
      metrics: { enabled: true },
      traces: {
        record: 'no-bodies',
        maxBodyBytes: 8 * 1024 ** 2,
        redact: { paths: [], patterns: [] },
        keepMedia: false,
        maxAgeMs: 30 * 24 * 60 * 60_000,
        maxCount: 1_000_000,
        maxBytes: 4 * 1024 ** 3,
      },
      audit: { maxBytes: 256 * 1024 * 1024, maxAgeMs: 400 * 24 * 60 * 60 * 1000 },
      fetch: { enabled: true, maxBytes: 20 * 1024 * 1024, timeoutMs: 10_000, allow: [], ports: [80, 443] },
      admin: {},
    });
  });

  it("completes upstreams with their providers' defaults and leaves falsy ones out", () => {
    const { upstreams } = resolveConfig({ plugins, upstreams: [undefined, '', upstream, false, null, 0] });
    expect(upstreams).toMatchObject([
      {
        id: 'one',
        enabled: true,
        options: { baseUrl: 'https://one.test', retries: 2 },
        timeouts: { connectMs: 10_000 },
      },
    ]);
  });

  it('lets flags and environment win over the file', () => {
    const file = {
      plugins,
      server: { host: '0.0.0.0', port: 1, bodyLimit: 2048 },
      data: 'x',
      log: { level: 'warn' },
    };
    const overrides = {
      host: '::1',
      port: 0,
      data: '/elsewhere',
      auth: false,
      logLevel: 'debug',
      logFormat: 'pretty',
    } as const;
    expect(resolveConfig(file, overrides)).toMatchObject({
      server: { host: '::1', port: 0, bodyLimit: 2048 },
      data: '/elsewhere',
      auth: false,
      log: { level: 'debug', format: 'pretty' },
    });
  });

  it('takes credentials from the overrides', () => {
    const config = resolveConfig({ plugins }, { secret: 's', adminToken: 't', adminPassword: 'p' });
    expect(config).toMatchObject({ secret: 's', admin: { token: 't', password: 'p' } });
  });

  it('starts the data folder from the file', () => {
    expect(resolveConfig({ plugins, data: './state' }, {}, { folder: '/etc/dragoman' }).data).toBe(
      '/etc/dragoman/state',
    );
  });

  it('logs for a person in a terminal unless told otherwise', () => {
    const source = { isTerminal: true };
    expect(resolveConfig({ plugins }, {}, source).log.format).toBe('pretty');
    expect(resolveConfig({ plugins, log: { format: 'json' } }, {}, source).log.format).toBe('json');
  });
});

describe('a configuration that cannot be used', () => {
  it('is told whole, in one readable message', () => {
    const input = {
      plugins,
      upstreams: [
        upstream,
        { id: 'two', provider: 'remot', options: {} },
        { id: 'three', provider: 'remote' },
      ],
      server: { port: '8787', hots: 'a' },
      log: { level: 'verbose' },
    };
    const attempt = (): unknown => resolveConfig(input, {}, { file: '/app/gateway.config.ts' });
    expect(attempt).toThrow(
      [
        'Invalid configuration (/app/gateway.config.ts):',
        '  upstreams[1].provider: there is no provider "remot"; did you mean "remote"? known: remote',
        '  upstreams[2].options.baseUrl: expected a string, found nothing',
        '  server.port: expected a number, found "8787"',
        '  server.hots: unknown field; did you mean host?',
        '  log.level: expected one of "fatal", "error", "warn", "info", "debug", "trace", "silent", found "verbose"',
      ].join('\n'),
    );
  });

  it.each([
    ['nothing', undefined, ': expected the object that defineConfig returns'],
    ['no plugins', {}, 'plugins: expected a list, found nothing'],
    [
      'a plugin that was not called',
      { plugins: [plugin] },
      'plugins[0]: expected a plugin, such as echo(); is the call missing?',
    ],
    ['an unknown field', { plugins, upstream: [] }, 'upstream: unknown field; did you mean upstreams?'],
    [
      'two ways to keep the console apart',
      { plugins, console: { port: 1, hostnames: ['console.example.com'] } },
      'console.hostnames: expected either hostnames or a port, not both',
    ],
    [
      'an address of the console without a port',
      { plugins, console: { host: '127.0.0.1' } },
      'console.host: host needs a port, too; without one, the console is served at server.host',
    ],
    [
      'a name of the console with a port',
      { plugins, console: { hostnames: ['console.example.com:80'] } },
      'console.hostnames[0]: expected a host name without a port, such as "console.example.com"',
    ],
    ['a section of a wrong type', { plugins, server: 5 }, 'server: expected an object, found 5'],
    [
      'too small a number',
      { plugins, server: { bodyLimit: 5 } },
      'server.bodyLimit: expected at least 1024, found 5',
    ],
    [
      'too large a number',
      { plugins, server: { port: 70_000 } },
      'server.port: expected at most 65535, found 70000',
    ],
    ['an empty text', { plugins, data: '' }, 'data: expected a non-empty string, found ""'],
    [
      'an origin with a path',
      { plugins, server: { cors: ['https://a.test/'] } },
      'server.cors[0]: expected an origin without a path, such as "https://app.example.com"',
    ],
    [
      'neither of two forms',
      { plugins, server: { cors: 7 } },
      'server.cors: expected "*", found 7; or expected a list, found 7',
    ],
    [
      'an upstream of a wrong type',
      { plugins, upstreams: ['one'] },
      'upstreams[0]: expected an object, found "one"',
    ],
    [
      'options of a wrong type',
      { plugins, upstreams: [{ ...upstream, options: 1 }] },
      'upstreams[0].options: expected an object, found 1',
    ],
    [
      'an unknown tool format',
      { plugins, upstreams: [{ ...upstream, capabilities: { m: { toolCalls: 'taggd' } } }] },
      'upstreams[0].capabilities.m.toolCalls: there is no tool format "taggd"; did you mean "tagged"? known: native, tagged, tags',
    ],
    [
      'an unknown tool format as an option',
      { plugins, upstreams: [{ ...upstream, options: { ...upstream.options, toolCalls: 'x' } }] },
      'upstreams[0].options.toolCalls: there is no tool format "x"; known: native, tagged, tags',
    ],
    [
      'a misspelt capability',
      { plugins, upstreams: [{ ...upstream, capabilities: { 'gpt-*': { stopp: true } } }] },
      'upstreams[0].capabilities["gpt-*"].stopp: unknown field; did you mean stop?',
    ],
  ])('says what is wrong with %s', (_, input, expected) => {
    expect(problems(input)).toEqual([expected]);
  });

  it('names the second of two upstreams with one id', () => {
    const twins = [false, upstream, { ...upstream, id: 'other' }, upstream];
    expect(problems({ plugins, upstreams: twins })).toEqual([
      'upstreams[3].id: expected a unique id, found "one", already used by upstreams[1]',
    ]);
  });

  it('names what two plugins both bring', () => {
    const other: Plugin = { name: 'other', providers: [remote] };
    expect(problems({ plugins: [...plugins, other, other] })).toEqual([
      'plugins: The plugin "other" is registered more than once.',
      'plugins: The provider "remote" is registered more than once, by "remote-plugin" and "other" and "other".',
    ]);
  });

  it('lists the problems of an upstream and of its options together', () => {
    const broken = {
      id: 'a b',
      provider: 'remote',
      options: { baseUrl: 'nowhere', apikey: 'x', login: { usr: 'u' } },
    };
    expect(problems({ plugins, upstreams: [broken] })).toEqual([
      'upstreams[0].id: must be 1 to 64 letters, digits, dots, dashes or underscores',
      'upstreams[0].options.baseUrl: expected a URL, found a string',
      'upstreams[0].options.login.user: expected a string, found nothing',
      'upstreams[0].options.login.password: expected a string, found nothing',
      'upstreams[0].options.login.usr: unknown field; did you mean user?',
      'upstreams[0].options.apikey: unknown field; did you mean apiKey?',
    ]);
  });

  it('names models that would lead to another path', () => {
    const models = { list: ['good/one', 'a/../b'], rename: { fast: 'x//y', local: '/data/models/x' } };
    const text = problems({ plugins, upstreams: [{ ...upstream, models }] }).join();
    expect(text).toContain('upstreams[0].models.list[1]');
    expect(text).toContain('upstreams[0].models.rename.fast');
    expect(text).not.toContain('local');
  });

  it('never shows the value of an option, wherever a secret was put by mistake', () => {
    const key = 'sk-live-0123456789';
    const misplaced = [
      { apiKey: [key] },
      { baseUrl: key },
      { retries: key },
      { [key.slice(0, 2)]: key },
      { login: key },
    ];
    for (const options of misplaced) {
      expect(
        problems({ plugins, upstreams: [{ id: 'a', provider: 'remote', options }] }).join(),
      ).not.toContain(key);
    }
  });

  it('says nothing of the providers of upstreams where a plugin is wrong', () => {
    const told = problems({ plugins: [...plugins, { name: 'half', protocols: 1 }], upstreams: [upstream] });
    expect(told.map((problem) => problem.split(':')[0])).toEqual(['plugins[1].protocols']);
  });

  it('tells what was known before with the rest', () => {
    const known = { path: 'DRAGOMAN_PORT', message: 'expected a number' };
    expect(problems({ plugins, nothing: 1 }, { source: { problems: [known] } })).toEqual([
      'DRAGOMAN_PORT: expected a number',
      'nothing: unknown field; expected one of plugins, upstreams, hooks, aliases, routing, prices, server, console, auth, data, log, conversations, fetch, traces, metrics, audit',
    ]);
  });
});

describe('prices', () => {
  const price = { input: 1, output: 2 };
  const pricesOf = (prices: object): unknown => resolveConfig({ plugins, prices: prices as never }).prices;

  it.each(['refuse', 'allow', 0, 12.5])('may say %s of what is not known', (unknown) => {
    expect(pricesOf({ m: price, unknown })).toEqual({ table: { m: price }, unknown });
  });

  it('are refused of what is not known, unless they say something else', () => {
    expect(pricesOf({ m: price })).toEqual({ table: { m: price }, unknown: 'refuse' });
  });

  it('may be of a model of the name unknown', () => {
    expect(pricesOf({ unknown: price })).toEqual({ table: { unknown: price }, unknown: 'refuse' });
  });

  it('name what is wrong', () => {
    const prices = { a: { input: 1 }, b: { ...price, input: 1e300 }, c: 'allow', unknown: 'ask' };
    const told = problems({ plugins, prices });
    expect(told.map((problem) => problem.split(':')[0])).toEqual(
      expect.arrayContaining(['prices.a.output', 'prices.b.input', 'prices.c', 'prices.unknown']),
    );
  });
});

describe('the names of the console', () => {
  it('are not that of clients', () => {
    const server = { publicUrl: 'https://llm.example.com:8443' };
    expect(
      problems({ plugins, server, console: { hostnames: ['console.example.com', 'LLM.example.com'] } }),
    ).toEqual([
      'console.hostnames: llm.example.com is the host of server.publicUrl, which clients use; expected other names for the console',
    ]);
    const { console: own } = resolveConfig({
      plugins,
      server,
      console: { hostnames: ['console.example.com'] },
    });
    expect(own).toEqual({ hostnames: ['console.example.com'] });
  });
});

describe('a gateway without authentication', () => {
  it.each(['127.0.0.1', '127.8.9.10', '::1', 'localhost'])('may listen on %s', (host) => {
    expect(resolveConfig({ plugins, auth: false, server: { host } }).auth).toBe(false);
  });

  it.each(['0.0.0.0', '::', '192.168.1.5', 'gateway.example.com', '::ffff:192.168.1.5'])(
    'may not listen on %s',
    (host) => {
      expect(problems({ plugins, auth: false, server: { host } })).toEqual([
        `auth: without authentication, the gateway listens on loopback only, not on ${host}; pass --allow-open to serve everyone who can reach that address`,
      ]);
      expect(resolveConfig({ plugins, auth: false, server: { host } }, { allowOpen: true }).auth).toBe(false);
    },
  );

  it.each([
    ['server.publicUrl', { server: { publicUrl: 'https://llm.example.com' } }],
    ['server.trustedProxies', { server: { trustedProxies: ['127.0.0.1'] } }],
    ['console.hostnames', { console: { hostnames: ['localhost', 'console.example.com'] } }],
  ])('may not stand behind a proxy: %s', (field, input) => {
    const open = { plugins, auth: false, ...input };
    expect(problems(open)).toEqual([
      `auth: without authentication, the gateway serves this machine only, but ${field} sets it up for others; pass --allow-open to serve everyone who can reach it`,
    ]);
    expect(resolveConfig(open, { allowOpen: true }).auth).toBe(false);
    expect(resolveConfig({ ...open, auth: true }).auth).toBe(true);
  });

  it('may have names of this machine', () => {
    const input = {
      server: { publicUrl: 'http://localhost:80' },
      console: { hostnames: ['admin.localhost'] },
    };
    expect(resolveConfig({ plugins, auth: false, ...input }).auth).toBe(false);
  });
});
