import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { secret } from '@dragoman/plugin';
import { dropSecrets, maskOptions, mergeOptions, setSecrets } from './secret-options.ts';

const schema = z.strictObject({
  baseUrl: z.string().optional(),
  apiKey: secret(z.string()).min(1).optional(),
  headers: secret(z.record(z.string(), z.string())).default({}),
  proxy: z.object({ url: z.string(), password: secret(z.string().nullable().optional()) }).optional(),
  accounts: z.array(z.object({ user: z.string(), token: secret(z.string()).optional() })).optional(),
  tokens: z.record(z.string(), secret(z.string())).optional(),
  login: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('none') }),
      z.object({ kind: z.literal('basic'), password: secret(z.string()) }),
    ])
    .optional(),
});

const options = {
  baseUrl: 'https://example.test',
  apiKey: 'k-apiKey',
  headers: { 'x-team': 'k-header' },
  proxy: { url: 'http://proxy.test', password: 'k-proxy' },
  accounts: [
    { user: 'alice', token: 'k-alice' },
    { user: 'bob', token: 'k-bob' },
  ],
  tokens: { east: 'k-east' },
  login: { kind: 'basic', password: 'k-login' },
};

describe('maskOptions', () => {
  it('shows of a secret only that it is set', () => {
    expect(maskOptions(schema, options)).toEqual({
      baseUrl: 'https://example.test',
      apiKey: { set: true },
      headers: { set: true },
      proxy: { url: 'http://proxy.test', password: { set: true } },
      accounts: [
        { user: 'alice', token: { set: true } },
        { user: 'bob', token: { set: true } },
      ],
      tokens: { east: { set: true } },
      login: { kind: 'basic', password: { set: true } },
    });
  });

  it('shows which secrets are not set', () => {
    expect(maskOptions(schema, { headers: {}, proxy: { url: 'u', password: null } })).toEqual({
      apiKey: { set: false },
      headers: { set: false },
      proxy: { url: 'u', password: { set: false } },
    });
  });
});

describe('mergeOptions', () => {
  it('changes nothing when the masked options come back', () => {
    expect(mergeOptions(schema, options, maskOptions(schema, options))).toEqual(options);
  });

  it('keeps secrets that are left out', () => {
    const change = { ...options, apiKey: undefined, proxy: { url: 'http://new.test' } };
    expect(mergeOptions(schema, options, change)).toEqual({
      ...options,
      proxy: { url: 'http://new.test', password: 'k-proxy' },
    });
  });

  it('takes new secrets', () => {
    const change = { ...options, apiKey: 'new', tokens: { east: { set: true }, west: 'k-west' } };
    expect(mergeOptions(schema, options, change)).toEqual({
      ...options,
      apiKey: 'new',
      tokens: { east: 'k-east', west: 'k-west' },
    });
  });

  it('removes what is null', () => {
    const change = { ...options, apiKey: null, baseUrl: null, proxy: { url: 'u', password: null } };
    const { apiKey: _, baseUrl: __, ...rest } = options;
    expect(mergeOptions(schema, options, change)).toEqual({ ...rest, proxy: { url: 'u' } });
  });

  it('keeps a secret with its item when items before it go', () => {
    const { accounts } = mergeOptions(schema, options, { accounts: [{ user: 'bob', token: { set: true } }] });
    expect(accounts).toEqual([{ user: 'bob', token: 'k-bob' }]);
  });

  it('keeps a secret in its place when another field of its item changes', () => {
    const change = { accounts: [{ user: 'alice' }, { user: 'rob' }] };
    expect(mergeOptions(schema, options, change)['accounts']).toEqual([
      { user: 'alice', token: 'k-alice' },
      { user: 'rob', token: 'k-bob' },
    ]);
  });

  it('never gives the secret of one item to a new one', () => {
    const change = { accounts: [{ user: 'alice' }, { user: 'bob' }, { user: 'eve', token: { set: true } }] };
    expect(mergeOptions(schema, options, change)['accounts']).toEqual([...options.accounts, { user: 'eve' }]);
  });
});

describe('setSecrets', () => {
  it('names the secrets that are set', () => {
    expect(setSecrets(schema, { ...options, headers: {}, tokens: {}, login: { kind: 'none' } })).toEqual([
      'options.apiKey',
      'options.proxy.password',
      'options.accounts[0].token',
      'options.accounts[1].token',
    ]);
    expect(setSecrets(schema, dropSecrets(schema, options))).toEqual([]);
  });
});
