import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../../../tests/support/admin.ts';

let admin: RunningAdmin;
beforeEach(async () => {
  admin = await startAdmin();
});
afterEach(() => admin.close());

interface Made {
  readonly key: { readonly id: string; readonly prefix: string };
  readonly secret: string;
}

const create = async (input: object = {}): Promise<Made> =>
  (await admin.call('POST', '/keys', { name: 'laptop', ...input })).body as Made;

describe('keys', () => {
  it('are told once, when they are made', async () => {
    const { key, secret } = await create();
    expect(key).toEqual({
      id: expect.any(String),
      name: 'laptop',
      prefix: secret.slice(0, key.prefix.length),
      enabled: true,
      relay: 'stateless',
      createdAt: '2026-11-21T12:00:00.000Z',
    });
    expect(admin.deps.keys.verify(secret).id).toBe(key.id);
    const listed = await admin.call('GET', '/keys');
    expect(listed.body).toEqual([key]);
    expect((await admin.call('GET', `/keys/${key.id}`)).body).toEqual(key);
  });

  it('show neither themselves nor their hash', async () => {
    const { key, secret } = await create();
    const hash = admin.deps.keys.get(key.id)?.hash ?? secret;
    for (const path of ['/keys', `/keys/${key.id}`]) {
      const { text } = await admin.call('GET', path);
      expect(text).not.toContain(secret);
      expect(text).not.toContain(hash);
    }
  });

  it('change where they are told to and stay as they were elsewhere', async () => {
    const { key, secret } = await create({ models: ['a*'], expiresAt: '2027-01-01T00:00:00Z' });
    const renamed = await admin.call('PATCH', `/keys/${key.id}`, { name: 'desktop' });
    expect(renamed.body).toEqual({ ...key, name: 'desktop' });
    const lifted = await admin.call('PATCH', `/keys/${key.id}`, { models: null, upstreams: ['up'] });
    expect(lifted.body).toMatchObject({ expiresAt: '2027-01-01T00:00:00Z', upstreams: ['up'] });
    expect(lifted.body).not.toHaveProperty('models');
    await admin.call('PATCH', `/keys/${key.id}`, { enabled: false });
    expect(() => admin.deps.keys.verify(secret)).toThrow('disabled');
  });

  it('keep all of several changes at once', async () => {
    const { key } = await create();
    const changes = [{ name: 'desktop' }, { models: ['a*'] }, { upstreams: ['up'] }, { traces: 'off' }];
    await Promise.all(changes.map((change) => admin.call('PATCH', `/keys/${key.id}`, change)));
    expect((await admin.call('GET', `/keys/${key.id}`)).body).toMatchObject(Object.assign({}, ...changes));
  });

  it('are gone once they are removed', async () => {
    const { key, secret } = await create();
    expect((await admin.call('DELETE', `/keys/${key.id}`)).status).toBe(204);
    expect(() => admin.deps.keys.verify(secret)).toThrow('Unknown API key');
    for (const method of ['GET', 'PATCH', 'DELETE'])
      expect((await admin.call(method, `/keys/${key.id}`, method === 'PATCH' ? {} : undefined)).status).toBe(
        404,
      );
  });

  it('that are changed while they are removed are told to be gone', async () => {
    const { key } = await create();
    const [removed, changed] = await Promise.all([
      admin.call('DELETE', `/keys/${key.id}`),
      admin.call('PATCH', `/keys/${key.id}`, { name: 'late' }),
    ]);
    expect(removed.status).toBe(204);
    expect([200, 404]).toContain(changed.status);
    expect(admin.deps.keys.list()).toEqual([]);
  });

  it('that could never be used are refused', async () => {
    for (const input of [{ name: '' }, { models: [''] }, { expiresAt: 'tomorrow' }, { id: 'mine' }]) {
      expect((await admin.call('POST', '/keys', { name: 'k', ...input })).status).toBe(400);
    }
    expect(admin.deps.keys.list()).toEqual([]);
  });
});
