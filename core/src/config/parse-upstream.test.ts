import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineProvider, headerText, secret } from '@dragoman/plugin';
import { parseUpstream } from './parse-upstream.ts';

const provider = defineProvider({
  name: 'test',
  title: 'Test',
  description: 'For tests.',
  options: z.strictObject({
    baseUrl: z.url().optional(),
    apiKey: secret(z.string().trim().min(1).optional()),
    headers: secret(z.record(z.string(), z.string()).optional()),
    accounts: z.array(z.object({ url: z.string(), token: secret(z.string()) })).optional(),
    tenant: headerText(z.string()).optional(),
    webhook: secret(z.string().optional()),
  }),
  create: () => {
    throw new Error('Not called.');
  },
});

function problemsOf(options: object) {
  const parsed = parseUpstream(
    { providers: [provider], toolFormats: new Map() },
    { id: 'one', provider: 'test', options },
  );
  return 'problems' in parsed ? parsed.problems : [];
}

it('names the provider whose own check throws, without what it threw', () => {
  const options = z.strictObject({
    apiKey: secret(z.string()).refine((key) => {
      throw new RangeError(`cannot check ${key}`);
    }),
  });
  const broken = defineProvider({ ...provider, options, create: () => provider.create({}, {} as never) });
  const parsed = parseUpstream(
    { providers: [broken], toolFormats: new Map() },
    { id: 'one', provider: 'test', options: { apiKey: 'k' } },
  );
  expect(parsed).toEqual({
    problems: [
      { path: 'options', message: 'the plugin of the provider "test" failed to validate them (RangeError)' },
    ],
  });
});

describe('an upstream whose URL holds credentials', () => {
  it.each([
    ['a password', { baseUrl: 'http://user:hunter2@api.test' }, 'options.baseUrl'],
    ['a user name', { baseUrl: 'https://hunter2@api.test/v1' }, 'options.baseUrl'],
    ['a password without a name', { baseUrl: 'https://:hunter2@api.test' }, 'options.baseUrl'],
    [
      'one of another scheme, deep inside',
      { accounts: [{ url: 'redis://:hunter2@db.test', token: 't' }] },
      'options.accounts[0].url',
    ],
  ])('is refused for %s, without repeating it', (_, options, path) => {
    const problems = problemsOf(options);
    expect(problems).toEqual([
      { path, message: expect.stringContaining('must not contain a user name or password') as string },
    ]);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('is fine where the whole URL is a secret, and where there are no credentials', () => {
    expect(problemsOf({ baseUrl: 'https://api.test/a@b', webhook: 'https://user:pass@hook.test' })).toEqual(
      [],
    );
  });
});

describe('a secret that no header can carry', () => {
  const UNSAFE = [
    'a\r\nx-evil: 1',
    'a\nb',
    'a\u0000b',
    '\u001b[31m',
    'a\u007fb',
    'a\u200bb',
    '密钥',
    '\ud800',
  ];

  it.each(UNSAFE)('is refused, without repeating it: %j', (text) => {
    const options = {
      apiKey: text,
      headers: { 'x-good': 'ok', 'x-bad': text },
      accounts: [{ url: '', token: text }],
      tenant: text,
    };
    const problems = problemsOf(options);
    expect(problems.map(({ path }) => path).toSorted()).toEqual([
      'options.accounts[0].token',
      'options.apiKey',
      'options.headers["x-bad"]',
      'options.tenant',
    ]);
    expect(JSON.stringify(problems)).not.toContain(JSON.stringify(text).slice(1, -1));
  });

  it('is taken with visible characters, spaces and Latin-1, and trimmed first', () => {
    expect(problemsOf({ apiKey: 'sk-Aé ~\t!\n', headers: { a: '' } })).toEqual([]);
  });
});
