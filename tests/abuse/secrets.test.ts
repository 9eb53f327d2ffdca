import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openai } from '@dragoman/plugin-openai';
import { CURRENT_VERSION } from '../../core/src/state/migrations.ts';
import { type RunningAdmin, startAdmin } from '../support/admin.ts';
import { editState, makeLegacy, sealLegacy } from '../support/legacy-state.ts';
import { type MockUpstream, startMockUpstream } from '@dragoman/testing/upstreams';

const KEY = 'sk-the-key-of-the-good-upstream';

let folder: string;
let good: MockUpstream;
let evil: MockUpstream;
let admin: RunningAdmin;
const start = async (): Promise<void> => {
  admin = await startAdmin({ folder, plugins: [openai()] });
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-secrets-'));
  [good, evil] = await Promise.all([startMockUpstream(), startMockUpstream()]);
  for (const upstream of [good, evil])
    upstream.handle('/models', () => ({ body: { object: 'list', data: [{ id: 'm', object: 'model' }] } }));
  await start();
  await add('good', good.url, KEY);
});
afterEach(async () => {
  await admin.close();
  await Promise.all([good.close(), evil.close()]);
  await rm(folder, { recursive: true, force: true });
});

/** What the admin API is used for here. */
const add = (id: string, baseUrl: string, apiKey: string) =>
  admin.call('POST', '/upstreams', { id, provider: 'openai', options: { baseUrl, apiKey } });
const patch = (options: object, id = 'good') => admin.call('PATCH', `/upstreams/${id}`, { options });
const test = async (id: string) => (await admin.call('POST', `/upstreams/${id}/test`, {})).body;
const show = async (id: string) => (await admin.call('GET', `/upstreams/${id}`)).body;
const seen = (upstream: MockUpstream): string => JSON.stringify(upstream.calls.map(({ headers }) => headers));

/** Ends the admin API, does something to the data folder, and starts it again. */
async function whileStopped(edit: () => Promise<unknown>): Promise<void> {
  await admin.close();
  await edit();
  await start();
}

const otherAddress = (): string => evil.url;

describe('a base URL of another origin', () => {
  it.each([
    ['alone', () => ({ baseUrl: otherAddress() })],
    ['with the mask of the secret', () => ({ baseUrl: otherAddress(), apiKey: { set: true } })],
    ['as another scheme', () => ({ baseUrl: good.url.replace('http:', 'https:') })],
    ['as another name of the host', () => ({ baseUrl: good.url.replace('127.0.0.1', 'localhost') })],
    ['as the default', () => ({ baseUrl: null })],
  ])('%s asks for the secret again', async (_, change) => {
    expect(await patch(change())).toMatchObject({
      status: 400,
      body: {
        error: {
          code: 'invalid',
          issues: [{ path: 'options.apiKey', message: 'enter it again, since the address changed' }],
        },
      },
    });
    await test('good');
    expect(seen(good)).toContain(KEY);
    expect(seen(evil)).not.toContain(KEY);
  });

  it('asks for every secret that it would keep, also in headers', async () => {
    expect((await patch({ headers: { 'x-team': 'k-team' } })).status).toBe(200);
    const answer = await patch({ baseUrl: evil.url, apiKey: 'another' });
    expect(answer).toMatchObject({ status: 400, body: { error: { issues: [{ path: 'options.headers' }] } } });
    expect((await patch({ baseUrl: evil.url, apiKey: 'another', headers: null })).status).toBe(200);
    await test('good');
    expect(seen(evil)).toContain('another');
    expect(seen(evil)).not.toContain('k-team');
  });

  it('is taken along with the secret, or without one', async () => {
    expect((await patch({ baseUrl: evil.url, apiKey: null })).status).toBe(200);
    expect(await show('good')).toMatchObject({ options: { baseUrl: evil.url, apiKey: { set: false } } });
    expect((await patch({ baseUrl: good.url, apiKey: 'new' })).status).toBe(200);
    expect(await test('good')).toMatchObject({ ok: true });
    expect(seen(good)).toContain('new');
  });

  it('is no matter of another path, or of what is no address', async () => {
    expect((await patch({ baseUrl: `${good.url}/` })).status).toBe(200);
    expect((await patch({ organization: 'org' })).status).toBe(200);
    await test('good');
    expect(seen(good)).toContain(KEY);
  });

  it('never gets a stored secret in a test of what is not saved', async () => {
    for (const apiKey of [undefined, { set: true }]) {
      const upstream = { id: 'good', provider: 'openai', options: { baseUrl: evil.url, apiKey } };
      await admin.call('POST', '/upstreams/test', { upstream });
    }
    expect(seen(evil)).not.toContain(KEY);
  });
});

describe('a sealed secret that is copied in the state file', () => {
  const sealedOf = (state: { upstreams: { options: Record<string, unknown> }[] }): unknown =>
    state.upstreams[0]?.options['apiKey'];

  it('opens at no other upstream; the others work', async () => {
    await add('evil', evil.url, 'sk-known-to-the-attacker');
    await whileStopped(() =>
      editState(folder, (state) => {
        const target = state.upstreams[1];
        if (target) target.options['apiKey'] = sealedOf(state);
      }),
    );
    const failure = 'options.apiKey: This secret was stored for another upstream or URL; enter it again.';
    expect(await show('evil')).toMatchObject({ failure });
    expect(await test('good')).toMatchObject({ ok: true });
    await test('evil');
    expect(seen(evil)).not.toContain(KEY);
  });

  it('opens at no other address, until it is entered again', async () => {
    await whileStopped(() =>
      editState(folder, (state) => {
        const target = state.upstreams[0];
        if (target) target.options['baseUrl'] = evil.url;
      }),
    );
    await test('good');
    expect(seen(evil)).not.toContain(KEY);
    expect(await patch({ organization: 'org' })).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: 'options.apiKey' }] } },
    });
    expect((await patch({ apiKey: 'sk-new' })).status).toBe(200);
    expect(await test('good')).toMatchObject({ ok: true });
    expect(seen(evil)).toContain('sk-new');
  });

  it('opens at no other option', async () => {
    await whileStopped(() =>
      editState(folder, (state) => {
        const target = state.upstreams[0];
        if (target) target.options['headers'] = sealedOf(state);
      }),
    );
    expect(await show('good')).toMatchObject({
      failure: expect.stringContaining('options.headers') as string,
    });
  });
});

describe('a state of version 1', () => {
  const stateText = (): Promise<string> => readFile(join(folder, 'state.json'), 'utf8');

  it('has its secrets read once, and sealed again at the start', async () => {
    await whileStopped(() => makeLegacy(folder, { good: KEY }));
    expect(await test('good')).toMatchObject({ ok: true });
    expect(seen(good)).toContain(KEY);
    const text = await stateText();
    expect(text).not.toContain('"v1.');
    expect(JSON.parse(text)).toMatchObject({ version: CURRENT_VERSION });
    await whileStopped(() => Promise.resolve());
    expect(await test('good')).toMatchObject({ ok: true });
  });

  it.each([
    ['of today', CURRENT_VERSION],
    ['of version 1 again', 1],
  ])('has no secret read that is put later into a state %s', async (_, version) => {
    await whileStopped(() => makeLegacy(folder, { good: KEY }));
    await whileStopped(() =>
      editState(folder, async (state) => {
        state.version = version;
        const target = state.upstreams[0];
        if (target)
          target.options = { baseUrl: evil.url, apiKey: { $sealed: await sealLegacy(folder, KEY) } };
      }),
    );
    expect(await show('good')).toMatchObject({
      failure: 'options.apiKey: A stored secret has the format of an earlier version; enter it again.',
    });
    await test('good');
    expect(seen(evil)).not.toContain(KEY);
  });

  it('can be put back when it was opened with the wrong key', async () => {
    const keyFile = join(folder, 'secret.key');
    const right = await readFile(keyFile, 'utf8');
    await whileStopped(async () => {
      await makeLegacy(folder, { good: KEY });
      await writeFile(keyFile, randomBytes(32).toString('base64'));
    });
    expect(await show('good')).toMatchObject({
      failure: expect.stringContaining('options.apiKey') as string,
    });
    // A second start with the wrong key loses nothing either.
    await whileStopped(() => Promise.resolve());
    await whileStopped(async () => {
      const aside = (await readdir(folder)).find((name) => name.startsWith('state.json.before-')) ?? '';
      await copyFile(join(folder, aside), join(folder, 'state.json'));
      await writeFile(keyFile, right);
    });
    expect(await test('good')).toMatchObject({ ok: true });
  });
});
