import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdminOptions, type RunningAdmin, startAdmin } from '../../../../../../tests/support/admin.ts';

const SECRET = 'sk-what-the-parrot-hides';

let folder: string;
let admin: RunningAdmin;
const start = async (options: AdminOptions = {}): Promise<void> => {
  admin = await startAdmin({ folder, ...options });
};
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dragoman-upstreams-'));
  await start();
});
afterEach(async () => {
  await admin.close();
  await rm(folder, { recursive: true, force: true });
});

const polly = { id: 'polly', provider: 'parrot', options: { word: 'Hello.', apiKey: SECRET } };
const add = (changes: object = {}) => admin.call('POST', '/upstreams', { ...polly, ...changes });
const test = (id: string, body: object = {}) => admin.call('POST', `/upstreams/${id}/test`, body);
const optionsOf = ({ body }: { readonly body: unknown }) => (body as { readonly options: unknown }).options;

describe('an upstream of an earlier version', () => {
  it.each([
    ['usable', {}],
    ['unusable', { pitch: 'none' }],
  ])('is shown without the credentials in its URL: %s', async (_, more) => {
    await add();
    const options = { word: 'https://me:hunter22@host.example/', ...more };
    await admin.deps.state.update(({ upstreams, ...state }) => ({
      ...state,
      upstreams: upstreams.map((one) => ({ ...one, options })),
    }));
    for (const path of ['/upstreams', '/upstreams/polly']) {
      const { text } = await admin.call('GET', path);
      expect(text).toContain('https://***@host.example/');
      expect(text).not.toContain('hunter22');
    }
  });
});

describe('an upstream that is added', () => {
  it('is complete, live at once and without its secret', async () => {
    const added = await add();
    expect(added.status).toBe(201);
    expect(added.text).not.toContain(SECRET);
    expect(added.body).toMatchObject({
      id: 'polly',
      enabled: true,
      origin: 'state',
      options: { word: 'Hello.', pitch: 1, apiKey: { set: true } },
      knownModels: null,
      failure: null,
    });
    expect(admin.deps.upstreams.get('polly')?.config.options['apiKey']).toBe(SECRET);
    expect((await admin.call('GET', '/models')).body).toEqual({
      models: [
        { id: 'grey', upstreams: ['polly'] },
        { id: 'green', upstreams: ['polly'] },
      ],
      failures: [],
    });
  });

  it('is the only one of its name, also when two come at once', async () => {
    const answers = await Promise.all([add(), add()]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201, 409]));
    expect(admin.deps.state.read().upstreams).toHaveLength(1);
  });

  it('is refused with everything that is wrong', async () => {
    const answer = await add({ id: 'no spaces', options: { wurd: SECRET, pitch: SECRET } });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(SECRET);
    const first = (answer.body as { error: { issues: readonly { path: string }[] } }).error.issues;
    expect(first.map(({ path }) => path)).toEqual(['id']);
    const inner = await add({ options: { wurd: SECRET, pitch: SECRET } });
    expect(inner.text).not.toContain(SECRET);
    const second = (inner.body as { error: { issues: readonly { path: string }[] } }).error.issues;
    expect(second.map(({ path }) => path).toSorted()).toEqual([
      'options.pitch',
      'options.word',
      'options.wurd',
    ]);
  });
});

describe('an upstream that is changed', () => {
  it('keeps what is not named', async () => {
    await add({ models: { allow: ['g*'] }, enabled: false });
    const changed = await admin.call('PATCH', '/upstreams/polly', { timeouts: { totalMs: 5 } });
    expect(changed.body).toMatchObject({
      enabled: false,
      models: { allow: ['g*'] },
      timeouts: { totalMs: 5, connectMs: 10_000 },
      options: { word: 'Hello.', apiKey: { set: true } },
    });
  });

  it.each([
    ['is left out', { word: 'Bye.' }, SECRET],
    ['is sent as it was shown', { word: 'Bye.', apiKey: { set: true } }, SECRET],
    ['is new', { apiKey: 'another' }, 'another'],
    ['is null', { apiKey: null }, undefined],
  ])('has the right secret when it %s', async (_, options, expected) => {
    await add();
    const { status } = await admin.call('PATCH', '/upstreams/polly', { options });
    expect(status).toBe(200);
    await test('polly');
    expect(admin.diary.keys.at(-1)).toBe(expected);
  });

  it('loses nothing when two changes come at once', async () => {
    await add();
    await Promise.all([
      admin.call('PATCH', '/upstreams/polly', { options: { pitch: 7 } }),
      admin.call('PATCH', '/upstreams/polly', { options: { word: 'Bye.' } }),
    ]);
    expect(optionsOf(await admin.call('GET', '/upstreams/polly'))).toMatchObject({ pitch: 7, word: 'Bye.' });
  });

  it('stays as it was when the change is not valid', async () => {
    await add();
    const answer = await admin.call('PATCH', '/upstreams/polly', { options: { word: null } });
    expect(answer).toMatchObject({ status: 400, body: { error: { issues: [{ path: 'options.word' }] } } });
    expect(optionsOf(await admin.call('GET', '/upstreams/polly'))).toMatchObject({ word: 'Hello.' });
    for (const change of [{ id: 'x' }, { provider: 'owl' }])
      expect((await admin.call('PATCH', '/upstreams/polly', change)).status).toBe(400);
  });

  it('is closed when it is replaced or removed', async () => {
    await add();
    // One was created and closed to try the options.
    admin.diary.closed = 0;
    await admin.call('PATCH', '/upstreams/polly', { enabled: false });
    expect(admin.diary.closed).toBe(1);
    expect((await admin.call('DELETE', '/upstreams/polly')).status).toBe(204);
    expect((await admin.call('GET', '/upstreams')).body).toEqual([]);
    expect(admin.diary.closed).toBe(2);
    expect((await admin.call('DELETE', '/upstreams/polly')).status).toBe(404);
  });
});

describe('an upstream of the config file', () => {
  beforeEach(async () => {
    await admin.close();
    await start({ upstreams: [{ ...polly, id: 'filed' }] });
  });

  it('is shown, tested, but neither changed, removed nor shadowed', async () => {
    expect((await admin.call('GET', '/upstreams/filed')).body).toMatchObject({ origin: 'file' });
    expect((await test('filed')).body).toMatchObject({ ok: true });
    for (const method of ['PATCH', 'DELETE']) {
      expect(await admin.call(method, '/upstreams/filed', method === 'PATCH' ? {} : undefined)).toMatchObject(
        {
          status: 409,
          body: { error: { code: 'read-only' } },
        },
      );
    }
    expect(await add({ id: 'filed' })).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
  });
});

describe('a stored upstream that cannot be used', () => {
  const restart = async (options: AdminOptions): Promise<void> => {
    await add();
    await admin.close();
    await start(options);
  };

  it('says that its plugin is gone, shows no option, and can be removed', async () => {
    await restart({ plugins: [] });
    const reason = 'No plugin contributes the provider "parrot".';
    const listed = await admin.call('GET', '/upstreams');
    expect(listed.text).not.toContain('$sealed');
    expect(listed.body).toMatchObject([{ id: 'polly', options: {}, knownModels: null, failure: reason }]);
    expect((await admin.call('GET', '/upstreams/polly')).body).toMatchObject({ failure: reason });
    expect(await test('polly')).toMatchObject({ status: 409, body: { error: { code: 'conflict' } } });
    expect((await admin.call('PATCH', '/upstreams/polly', {})).status).toBe(409);
    expect((await add()).status).toBe(400);
    expect((await admin.call('DELETE', '/upstreams/polly')).status).toBe(204);
    expect((await admin.call('GET', '/upstreams')).body).toEqual([]);
  });

  it('says that its secret cannot be decrypted, and keeps its name', async () => {
    await add();
    await admin.close();
    await rm(join(folder, 'secret.key'));
    await start();
    const listed = await admin.call('GET', '/upstreams');
    expect(listed.text).not.toContain('$sealed');
    expect(listed.body).toMatchObject([
      {
        options: { word: 'Hello.', apiKey: { set: true } },
        failure: expect.stringContaining('cannot be decrypted'),
      },
    ]);
    expect((await add()).status).toBe(409);
  });
});

describe('a test', () => {
  it('asks for the models, and for no reply when none is named', async () => {
    await add();
    expect((await test('polly')).body).toEqual({ ok: true, latencyMs: 0, models: ['grey', 'green'] });
  });

  it('asks the model that is named, or the first that is configured', async () => {
    await add();
    expect((await test('polly', { model: 'grey' })).body).toMatchObject({ ok: true, reply: 'Hello.' });
    expect((await test('polly', { model: 'deaf' })).body).toMatchObject({
      ok: false,
      error: { kind: 'upstream-model', message: 'This parrot is deaf.' },
    });
    await admin.call('PATCH', '/upstreams/polly', { models: { list: ['deaf'] } });
    expect((await test('polly')).body).toMatchObject({ ok: false });
  });

  it('does not call an upstream fine that it asked nothing', async () => {
    await add({ provider: 'owl', options: {} });
    expect((await test('polly')).body).toMatchObject({ ok: false, error: { kind: 'invalid' } });
    expect((await test('polly', { model: 'any' })).body).toMatchObject({ ok: true, reply: 'Hoo.' });
  });

  it('tries what is not saved, and leaves nothing behind', async () => {
    const unsaved = { upstream: { ...polly, options: { word: 'x', apiKey: 'wrong' } } };
    expect((await admin.call('POST', '/upstreams/test', unsaved)).body).toEqual({
      ok: false,
      latencyMs: 0,
      error: { kind: 'upstream-auth', message: 'The parrot refused the key.' },
    });
    expect(admin.diary.closed).toBe(1);
    expect((await admin.call('GET', '/upstreams')).body).toEqual([]);
    expect((await admin.call('POST', '/upstreams/test', { upstream: { id: 'x' } })).status).toBe(400);
  });
});

describe('models', () => {
  it('are discovered on demand, by the rules of the upstream', async () => {
    await add({ models: { deny: ['grey'] } });
    expect((await admin.call('POST', '/upstreams/polly/models')).body).toEqual(['green']);
    expect((await admin.call('GET', '/upstreams/polly')).body).toMatchObject({ knownModels: 1 });
  });

  it('that cannot be told are told with the reason', async () => {
    await add({ options: { word: 'x', apiKey: 'wrong' } });
    expect(await admin.call('POST', '/upstreams/polly/models')).toMatchObject({
      status: 502,
      body: { error: { code: 'upstream-auth', message: 'The parrot refused the key.' } },
    });
    expect((await admin.call('GET', '/models')).body).toEqual({
      models: [],
      failures: [{ upstream: 'polly', message: 'The parrot refused the key.' }],
    });
    expect((await admin.call('GET', '/upstreams')).body).toMatchObject([
      { failure: 'The parrot refused the key.' },
    ]);
  });
});
