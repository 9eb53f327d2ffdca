import { afterEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../../tests/support/admin.ts';
import type { State, StateStore } from '../../state/state.ts';

type Change = (state: State) => State;

let admin: RunningAdmin;
/** What another gateway on the same state does between two runs of an update. */
let meanwhile: Change | undefined;
afterEach(() => admin.close());

/** Runs every update on a state that is outdated by then, and again on the newest one. */
function twice(store: StateStore): StateStore {
  return {
    read: store.read,
    unusable: store.unusable,
    async update(change) {
      const other = meanwhile;
      meanwhile = undefined;
      if (!other) return store.update(change);
      const before = JSON.stringify(store.read());
      try {
        change(store.read());
      } catch {
        // What counts is the second run.
      }
      expect(JSON.stringify(store.read())).toBe(before);
      await store.update(other);
      return store.update(change);
    },
  };
}

const start = async (): Promise<void> => {
  admin = await startAdmin({ wrapState: twice });
};
const ok = async (...call: Parameters<RunningAdmin['call']>): Promise<unknown> => {
  const { status, text, body } = await admin.call(...call);
  expect(status, text).toBeLessThan(300);
  return body;
};
const state = (): State => admin.deps.state.read();
const polly = { id: 'polly', provider: 'parrot', options: { word: 'Hello.', apiKey: 'sk-hidden' } };
const alias = { name: 'fast', candidates: [{ model: 'grey' }] };
const inUpstreams =
  (change: object): Change =>
  (before) => ({ ...before, upstreams: before.upstreams.map((each) => ({ ...each, ...change })) });

describe('an update that is run again on a newer state', () => {
  it('keeps what another one changed of the same upstream', async () => {
    await start();
    await ok('POST', '/upstreams', polly);
    meanwhile = inUpstreams({ weight: 7 });
    await ok('PATCH', '/upstreams/polly', { priority: 3 });
    expect(state().upstreams).toMatchObject([{ weight: 7, priority: 3 }]);

    const sealed = state().upstreams[0]?.options['apiKey'];
    meanwhile = inUpstreams({ options: { word: 'Bye.', apiKey: sealed } });
    await ok('PATCH', '/upstreams/polly', { options: { pitch: 2 } });
    expect(admin.deps.upstreams.get('polly')?.config).toMatchObject({
      weight: 7,
      options: { word: 'Bye.', pitch: 2, apiKey: 'sk-hidden' },
    });
  });

  it('finds what is gone to be gone, and does not bring it back', async () => {
    await start();
    await ok('POST', '/upstreams', polly);
    meanwhile = (before) => ({ ...before, upstreams: [] });
    expect((await admin.call('PATCH', '/upstreams/polly', { priority: 3 })).status).toBe(404);
    expect(state().upstreams).toEqual([]);
    const made = (await ok('POST', '/keys', { name: 'k' })) as { readonly key: { readonly id: string } };
    meanwhile = (before) => ({ ...before, keys: [] });
    expect((await admin.call('PATCH', `/keys/${made.key.id}`, { name: 'other' })).status).toBe(404);
    expect(state().keys).toEqual([]);
  });

  it('refuses an upstream of an id that is taken by then', async () => {
    await start();
    await ok('POST', '/upstreams', { ...polly, id: 'other' });
    meanwhile = inUpstreams({ id: 'polly' });
    expect((await admin.call('POST', '/upstreams', polly)).status).toBe(409);
    expect(state().upstreams).toHaveLength(1);
  });

  it('keeps other aliases, keys and settings', async () => {
    await start();
    const full = { ...alias, enabled: true, fallbacks: {}, timeouts: {} };
    meanwhile = (before) => ({ ...before, aliases: [{ ...full, name: 'slow' }] });
    await ok('PUT', '/aliases', alias);
    expect(state().aliases.map(({ name }) => name)).toEqual(['slow', 'fast']);
    meanwhile = (before) => ({ ...before, aliases: [...before.aliases, { ...full, name: 'new' }] });
    await ok('DELETE', '/aliases/fast');
    expect(state().aliases.map(({ name }) => name)).toEqual(['slow', 'new']);

    const { key } = (await ok('POST', '/keys', { name: 'k' })) as { readonly key: { readonly id: string } };
    meanwhile = (before) => ({ ...before, keys: before.keys.map((each) => ({ ...each, enabled: false })) });
    await ok('PATCH', `/keys/${key.id}`, { name: 'other' });
    expect(state().keys).toMatchObject([{ name: 'other', enabled: false }]);
    meanwhile = (before) => ({ ...before, keys: before.keys.map((each) => ({ ...each, name: 'third' })) });
    const second = (await ok('POST', '/keys', { name: 'k2' })) as { readonly key: { readonly id: string } };
    expect(state().keys.map(({ name }) => name)).toEqual(['third', 'k2']);
    meanwhile = (before) => ({
      ...before,
      keys: before.keys.map((each) => ({ ...each, traces: 'off' as const })),
    });
    await ok('DELETE', `/keys/${second.key.id}`);
    expect(state().keys).toMatchObject([{ name: 'third', traces: 'off' }]);

    meanwhile = (before) => ({ ...before, keys: [] });
    await ok('PATCH', '/settings', { adminPassword: 'correct horse battery' });
    expect(state()).toMatchObject({ keys: [], settings: { adminPasswordHash: expect.any(String) } });
  });

  it('makes no first key where another one made it', async () => {
    await start();
    const first = {
      id: 'f',
      name: 'f',
      prefix: 'p',
      hash: 'h',
      enabled: true,
      createdAt: new Date().toISOString(),
    };
    meanwhile = (before) => ({ ...before, keys: [first] });
    expect(await admin.deps.keys.createFirst({ name: 'mine' })).toBeUndefined();
    expect(state().keys).toEqual([first]);
    expect(await admin.deps.keys.createFirst({ name: 'mine' })).toBeUndefined();
  });
});
