import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defineHook, definePlugin, secret } from '@dragoman/plugin';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type RunningAdmin, startAdmin } from '../../../../../../tests/support/admin.ts';

const watch = defineHook({
  name: 'watch',
  title: 'Watch',
  description: 'Watches.',
  options: z.strictObject({ url: z.url(), token: secret(z.string()) }),
  create: () => ({}),
});
const watching = definePlugin(() => ({ name: 'watching', hooks: [watch] }));

let folder: string;
let admin: RunningAdmin;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-hooks-'));
  admin = await startAdmin({ folder, plugins: [watching()] });
  const options = { url: 'https://watch.example/', token: 'token-of-the-watch' };
  expect((await admin.call('POST', '/hooks', { id: 'w', hook: 'watch', options })).status).toBe(201);
});
afterEach(async () => {
  await admin.close();
  await rm(folder, { recursive: true, force: true });
});

const restart = async (...plugins: readonly ReturnType<typeof watching>[]): Promise<void> => {
  await admin.close();
  admin = await startAdmin({ folder, plugins });
};

describe('a stored hook', () => {
  it('is there again after a restart', async () => {
    await restart(watching());
    expect((await admin.call('GET', '/hooks')).body).toMatchObject([{ id: 'w', failure: null, runs: 1 }]);
    expect(admin.deps.hooks.all()[0]?.config.options['token']).toBe('token-of-the-watch');
  });

  it('says that its plugin is gone, keeps its place, and can be removed', async () => {
    await restart();
    const failure = 'No plugin contributes the hook "watch".';
    expect((await admin.call('GET', '/hooks')).body).toMatchObject([
      { id: 'w', runs: 1, failure, options: {} },
    ]);
    expect((await admin.call('PATCH', '/hooks/w', { enabled: false })).status).toBe(409);
    expect((await admin.call('DELETE', '/hooks/w')).status).toBe(204);
    expect((await admin.call('GET', '/hooks')).body).toEqual([]);
  });

  it('says that its secret cannot be decrypted, and works again when it is entered', async () => {
    await admin.close();
    await rm(join(folder, 'secret.key'));
    admin = await startAdmin({ folder, plugins: [watching()] });
    const [listed] = (await admin.call('GET', '/hooks')).body as readonly { readonly failure: string }[];
    expect(listed?.failure).toContain('cannot be decrypted');
    expect((await admin.call('PATCH', '/hooks/w', { shadow: true })).status).toBe(400);
    const options = { token: 'another-token' };
    expect((await admin.call('PATCH', '/hooks/w', { options })).body).toMatchObject({ failure: null });
  });

  describe('ten minutes after a sign-in', () => {
    let session: Readonly<Record<string, string>>;
    const patch = (body: object) => admin.call('PATCH', '/hooks/w', body, session);
    beforeEach(async () => {
      const csrf = { 'x-dragoman-csrf': '1' };
      const { headers } = await admin.call('POST', '/session', { token: admin.createSignInToken() }, csrf);
      session = { ...csrf, cookie: headers.get('set-cookie')?.split(';')[0] ?? '' };
    });

    it.each([
      { enabled: false },
      { shadow: true },
      { onError: 'open' },
      { on: { aliases: ['nothing'] } },
      { order: 'post' },
      { timeoutMs: 600_000 },
    ])('is not weakened by %j without a confirmation', async (body) => {
      admin.pass(600_000);
      expect(await patch(body)).toMatchObject({
        status: 403,
        body: { error: { code: 'confirmation-required' } },
      });
    });

    it.each([{ enabled: true, on: null }, { shadow: false }, { onError: 'closed' }])(
      'becomes stricter by %j',
      async (body) => {
        expect((await patch({ enabled: false, shadow: true, onError: 'open' })).status).toBe(200);
        admin.pass(600_000);
        expect((await patch(body)).status).toBe(200);
      },
    );
  });

  it('does not send its secret to another address', async () => {
    const options = { url: 'https://elsewhere.example/' };
    const moved = await admin.call('PATCH', '/hooks/w', { options });
    expect(moved).toMatchObject({ status: 400, body: { error: { issues: [{ path: 'options.token' }] } } });
  });
});
