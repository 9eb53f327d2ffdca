import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GatewayError } from '@dragoman/plugin';
import { createKeyRing, type KeyRing } from './keys.ts';
import type { StateStore } from './state.ts';
import { openStateStore } from './store.ts';

const START = Date.parse('2026-11-20T12:00:00.000Z');

let folder: string;
let store: StateStore;
let now: number;
let keys: KeyRing;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-keys-'));
  store = await openStateStore({ folder, log: { error: () => {}, warn: () => {}, info: () => {} } });
  now = START;
  keys = createKeyRing({ store, now: () => now });
});
afterEach(() => rm(folder, { recursive: true, force: true }));

function refusal(secret: string): GatewayError {
  try {
    keys.verify(secret);
  } catch (error) {
    if (GatewayError.is(error)) return error;
    throw error;
  }
  throw new Error('The key was accepted.');
}

describe('create', () => {
  it('makes keys of 256 random bits, all different', async () => {
    const secrets = [await keys.create({ name: 'a' }), await keys.create({ name: 'a' })].map(
      (made) => made.secret,
    );
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) expect(secret).toMatch(/^sk-dgm-[\w-]{43}$/);
  });

  it('keeps only a hash and the first characters of a key', async () => {
    const { key, secret } = await keys.create({ name: 'app' });
    const text = await readFile(join(folder, 'state.json'), 'utf8');
    expect(text).not.toContain(secret.slice(key.prefix.length));
    expect(key).toMatchObject({ name: 'app', enabled: true, createdAt: '2026-11-20T12:00:00.000Z' });
    expect(secret.startsWith(key.prefix)).toBe(true);
    expect(secret.length - key.prefix.length).toBeGreaterThan(36);
  });

  it('keeps what the owner decided', async () => {
    const limits = { expiresAt: '2027-01-01T00:00:00.000Z', models: ['gpt-*'], upstreams: ['openai'] };
    const { key } = await keys.create({ name: 'app', ...limits });
    expect(keys.get(key.id)).toMatchObject(limits);
    expect(keys.list()).toEqual([key]);
  });
});

describe('verify', () => {
  it('finds the key behind a secret among others, also after a restart', async () => {
    const made = [await keys.create({ name: 'a' }), await keys.create({ name: 'b' })];
    const reopened = createKeyRing({
      store: await openStateStore({ folder, log: { error: () => {}, warn: () => {}, info: () => {} } }),
      now: () => now,
    });
    for (const { key, secret } of made) {
      expect(keys.verify(secret)).toBe(keys.get(key.id));
      expect(reopened.verify(secret)).toEqual(key);
    }
  });

  it('refuses what is missing, unknown, cut or changed at its end, with nothing of it in the message', async () => {
    const { secret } = await keys.create({ name: 'a' });
    const last = secret.endsWith('A') ? 'B' : 'A';
    for (const wrong of ['sk-other', secret.slice(0, -1), secret.slice(0, -1) + last, `${secret}x`]) {
      const { kind, message } = refusal(wrong);
      expect(kind).toBe('auth');
      expect(message).toBe('Unknown API key.');
    }
    expect(refusal('').message).toContain('No API key');
  });

  it('tells keys apart that begin alike', async () => {
    const { key } = await keys.create({ name: 'a' });
    const secrets = ['x', 'y'].map((letter) => `sk-dgm-abcdef${letter.repeat(37)}`);
    const alike = secrets.map((secret, at) => {
      return { ...key, id: `${at}`, prefix: 'sk-dgm-abcdef', hash: hash('sha256', secret) };
    });
    await store.update((state) => ({ ...state, keys: alike }));
    expect(secrets.map((secret) => keys.verify(secret).id)).toEqual(['0', '1']);
    expect(refusal(`sk-dgm-abcdef${'z'.repeat(37)}`).kind).toBe('auth');
  });

  it('refuses a key from the instant at which it expires', async () => {
    const { secret } = await keys.create({ name: 'a', expiresAt: '2026-11-20T12:00:01.000Z' });
    now = START + 999;
    expect(keys.verify(secret).name).toBe('a');
    now = START + 1_000;
    expect(refusal(secret)).toMatchObject({ kind: 'auth', message: 'The API key has expired.' });
  });

  it('refuses a key at once when it is disabled or revoked', async () => {
    const { key, secret } = await keys.create({ name: 'a' });
    expect(keys.verify(secret).id).toBe(key.id);
    await keys.update(key.id, () => ({ name: 'a', enabled: false }));
    expect(refusal(secret).message).toBe('The API key is disabled.');
    await keys.revoke(key.id);
    expect(refusal(secret).message).toBe('Unknown API key.');
  });
});

describe('update and revoke', () => {
  it('replaces what the owner decides and never the key itself', async () => {
    const { key, secret } = await keys.create({ name: 'a', models: ['x'] });
    const changed = await keys.update(key.id, () => ({ name: 'b' }));
    const { models: _, ...rest } = key;
    expect(changed).toEqual({ ...rest, name: 'b' });
    expect(keys.verify(secret)).toEqual(changed);
  });

  it('leaves the other keys alone', async () => {
    const { key } = await keys.create({ name: 'a' });
    const { key: other } = await keys.create({ name: 'b' });
    await keys.update(key.id, () => ({ name: 'c' }));
    expect(await keys.revoke(key.id)).toBe(true);
    expect(keys.list()).toEqual([other]);
  });

  it('says when there is no such key', async () => {
    expect(await keys.update('none', () => ({ name: 'a' }))).toBeUndefined();
    expect(await keys.revoke('none')).toBe(false);
    expect(keys.get('none')).toBeUndefined();
  });
});
