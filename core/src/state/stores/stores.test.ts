import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSecretBox } from '../secrets/secrets.ts';
import { MAX_STORE_BYTES } from './sealed-file.ts';
import { createStores, type StoreOwner, type Stores, STORES_FOLDER } from './stores.ts';

const acme: StoreOwner = { kind: 'upstream', id: 'acme', type: 'openai', origins: ['https://a.example'] };
const log = { warn: () => {} };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-stores-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function open(): Promise<Stores> {
  return createStores({ folder, secrets: await openSecretBox({ folder }), log });
}

async function files(): Promise<readonly string[]> {
  return readdir(join(folder, STORES_FOLDER)).catch(() => []);
}

async function onlyFile(): Promise<string> {
  const [name = ''] = await files();
  return join(folder, STORES_FOLDER, name);
}

describe('the store of an upstream', () => {
  it('keeps texts beyond a restart', async () => {
    const store = (await open()).of(acme);
    expect(await store.get('token')).toBeUndefined();
    await store.set('token', 'first');
    await store.set('other', '');
    await store.set('token', 'secönd');
    const again = (await open()).of(acme);
    expect(await again.get('token')).toBe('secönd');
    expect(await again.get('other')).toBe('');
    await again.delete('token');
    await again.delete('token');
    const last = (await open()).of(acme);
    expect([await last.get('token'), await last.get('other')]).toEqual([undefined, '']);
  });

  it('is the same one for everyone who asks for it', async () => {
    const stores = await open();
    await stores.of(acme).set('a', '1');
    expect(await stores.of({ ...acme }).get('a')).toBe('1');
  });

  it('is separate from those of other owners, types and addresses', async () => {
    const stores = await open();
    await stores.of(acme).set('a', '1');
    const others: readonly StoreOwner[] = [
      { ...acme, kind: 'hook' },
      { ...acme, id: 'ACME' },
      { ...acme, type: 'anthropic' },
      { ...acme, origins: ['https://evil.example'] },
    ];
    for (const other of others) expect(await stores.of(other).get('a')).toBeUndefined();
  });

  it('is encrypted, keys and all, and readable by its owner only', async () => {
    await (await open()).of(acme).set('the-key', 'the-value');
    const text = await readFile(await onlyFile(), 'utf8');
    expect(text).toMatch(/^v2\./);
    expect(text).not.toMatch(/the-key|the-value|acme/);
  });

  it('cannot be read from the file of another owner', async () => {
    const stores = await open();
    await stores.of(acme).set('a', '1');
    const stolen = await readFile(await onlyFile(), 'utf8');
    const thief = { ...acme, origins: ['https://evil.example'] };
    await stores.of(thief).set('b', '2');
    for (const name of await files()) await writeFile(join(folder, STORES_FOLDER, name), stolen);
    await expect((await open()).of(thief).get('a')).rejects.toThrow('store of the upstream "acme"');
  });

  it('is left as it is when it cannot be read, until it can', async () => {
    await (await open()).of(acme).set('a', '1');
    const path = await onlyFile();
    const good = await readFile(path, 'utf8');
    await writeFile(path, 'nonsense');
    const store = (await open()).of(acme);
    await expect(store.get('a')).rejects.toThrow(/cannot be read/);
    await expect(store.set('a', '2')).rejects.toThrow(/cannot be read/);
    expect(await readFile(path, 'utf8')).toBe('nonsense');
    await writeFile(path, good);
    expect(await store.get('a')).toBe('1');
  });

  it('refuses more than it can hold, with the sizes, and stays as it was', async () => {
    const store = (await open()).of(acme);
    await store.set('a', 'x'.repeat(MAX_STORE_BYTES - 1));
    await expect(store.set('b', 'y')).rejects.toThrow(
      'The store of the upstream "acme" holds at most 64 KiB; this would be 65538 bytes.',
    );
    expect(await store.get('b')).toBeUndefined();
    await store.set('a', 'less');
    await store.set('b', 'y');
    expect(await store.get('b')).toBe('y');
  });

  it('shows a change only once it is durable', async () => {
    const store = (await open()).of(acme);
    await store.set('a', '1');
    const writing = store.set('a', '2');
    expect(await store.get('a')).toBe('1');
    await writing;
    expect(await store.get('a')).toBe('2');
  });

  it('keeps the last of many changes at once', async () => {
    const change = fc.record({
      key: fc.constantFrom('a', 'b', 'c'),
      value: fc.option(fc.string({ unit: 'binary', maxLength: 8 }), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 6 }), async (changes) => {
        const stores = await open();
        const store = stores.of(acme);
        const expected = new Map<string, string>();
        const writes = changes.map(({ key, value }) => {
          if (value === undefined) expected.delete(key);
          else expected.set(key, value.toWellFormed());
          return value === undefined ? store.delete(key) : store.set(key, value.toWellFormed());
        });
        await Promise.all(writes);
        const again = (await open()).of(acme);
        for (const key of ['a', 'b', 'c']) expect(await again.get(key)).toBe(expected.get(key));
        await stores.remove(acme);
      }),
      { numRuns: 10 },
    );
  });
});

describe('a removed store', () => {
  it('leaves nothing, whatever its addresses were, and does not come back', async () => {
    const stores = await open();
    const store = stores.of(acme);
    await store.set('a', '1');
    await stores.of({ ...acme, origins: [] }).set('a', '2');
    await stores.of({ ...acme, id: 'other' }).set('a', '3');
    const late = store.set('b', '4');
    await stores.remove(acme);
    await Promise.allSettled([late]);
    expect(await files()).toHaveLength(1);
    await expect(store.set('c', '5')).rejects.toThrow('was removed');
    expect(await files()).toHaveLength(1);
  });

  it('gives way to a new owner of the same name at once', async () => {
    const stores = await open();
    await stores.of(acme).set('a', 'old');
    const removing = stores.remove(acme);
    const next = stores.of(acme);
    await next.set('b', 'new');
    await removing;
    expect(await (await open()).of(acme).get('b')).toBe('new');
  });

  it('is removed at start if its owner is gone', async () => {
    const stores = await open();
    await stores.of(acme).set('a', '1');
    await stores.of({ ...acme, id: 'gone' }).set('a', '2');
    await stores.of({ ...acme, kind: 'hook', id: 'gone' }).set('a', '3');
    const again = await open();
    await again.keepOnly('upstream', ['acme']);
    expect(await files()).toHaveLength(2);
    expect(await again.of(acme).get('a')).toBe('1');
  });

  it('may never have existed', async () => {
    const stores = await open();
    await stores.remove(acme);
    await stores.keepOnly('upstream', []);
    expect(await files()).toEqual([]);
  });
});
