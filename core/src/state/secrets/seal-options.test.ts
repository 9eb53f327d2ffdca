import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { secret } from '@dragoman/plugin';
import { openOptions, sealOptions } from './seal-options.ts';
import { openSecretBox, type SecretBox } from './secrets.ts';

const schema = z.strictObject({
  baseUrl: z.string().optional(),
  apiKey: secret(z.string()).min(1).optional(),
  headers: secret(z.record(z.string(), z.string())).default({}),
  proxy: z.object({ url: z.string(), password: secret(z.string()) }).optional(),
  accounts: z.array(z.object({ user: z.string(), token: secret(z.string()) })).optional(),
  tokens: z.record(z.string(), secret(z.string())).optional(),
});

const options = {
  baseUrl: 'https://example.test',
  apiKey: 'k!apiKey',
  headers: { 'x-team': 'k!header' },
  proxy: { url: 'http://proxy.test', password: 'k!proxy' },
  accounts: [
    { user: 'alice', token: 'k!alice' },
    { user: 'bob', token: 'k!bob' },
  ],
  tokens: { east: 'k!east' },
};
const owner = { id: 'one', provider: 'test', options };

let folder: string;
let box: SecretBox;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-options-'));
  box = await openSecretBox({ folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Sealed = typeof options;
const seal = (): Sealed => JSON.parse(JSON.stringify(sealOptions(schema, owner, box))) as Sealed;
const open = (changed: object, of: object = {}) =>
  openOptions(schema, { ...owner, ...of, options: changed as Sealed }, box);

describe('sealOptions and openOptions', () => {
  it('hide every secret, however deep it stands, and give it back', () => {
    const sealed = seal();
    expect(JSON.stringify(sealed)).not.toContain('k!');
    expect(sealed).toMatchObject({ baseUrl: options.baseUrl, proxy: { url: 'http://proxy.test' } });
    expect(open(sealed)).toEqual(options);
  });

  it('add nothing for a secret that is not there, or empty', () => {
    expect(sealOptions(schema, { ...owner, options: { baseUrl: 'a', headers: {} } }, box)).toEqual({
      baseUrl: 'a',
      headers: {},
    });
    expect(open({ baseUrl: 'a' })).toEqual({ baseUrl: 'a' });
  });

  it('take a secret that a person wrote into the state as it is', () => {
    expect(open({ apiKey: 'plain' })).toEqual({ apiKey: 'plain' });
  });

  const sealed = (): Sealed => seal();
  it.each([
    ['to another option', () => ({ ...sealed(), apiKey: sealed().headers }), 'options.apiKey'],
    [
      'to another item of a list',
      () => ({ ...sealed(), accounts: sealed().accounts.toReversed() }),
      'options.accounts[0].token',
    ],
    [
      'to another name of a map',
      () => ({ ...sealed(), tokens: { west: sealed().tokens.east } }),
      'options.tokens.west',
    ],
    ['to another base URL', () => ({ ...sealed(), baseUrl: 'https://evil.test' }), 'options.apiKey'],
    ['to no base URL', () => ({ ...sealed(), baseUrl: undefined }), 'options.apiKey'],
    [
      'behind another proxy',
      () => ({ ...sealed(), proxy: { ...sealed().proxy, url: 'http://evil.test' } }),
      'options.apiKey',
    ],
  ])('refuse a secret that was moved %s, by name', (_, moved, path) => {
    expect(() => open(moved())).toThrow(`${path}: This secret was stored for another upstream or URL`);
  });

  it('refuse a secret that was moved to another upstream or provider', () => {
    expect(() => open(sealed(), { id: 'two' })).toThrow('was stored for another upstream');
    expect(() => open(sealed(), { provider: 'two' })).toThrow('was stored for another upstream');
  });

  it('stay with an upstream whose path at the same origin changes', () => {
    expect(open({ ...sealed(), baseUrl: 'https://EXAMPLE.test:443/v2' })).toMatchObject({
      apiKey: 'k!apiKey',
    });
  });
});
