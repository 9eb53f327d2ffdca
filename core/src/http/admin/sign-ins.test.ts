import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RunningAdmin, startAdmin } from '../../../../tests/support/admin.ts';
import { hashPassword } from '../../state/password.ts';

const PASSWORD = 'correct horse battery';
const HASH = await hashPassword(PASSWORD);
const CSRF = { 'x-dragoman-csrf': '1' };
const MINUTE = 60_000;
const UPSTREAM = { id: 'one', provider: 'parrot', options: { word: 'hello', apiKey: 'sk-secret' } };

let admin: RunningAdmin;
beforeEach(async () => {
  admin = await startAdmin({ overrides: { adminToken: 'a-configured-admin-token' } });
  await admin.deps.state.update((state) => ({ ...state, settings: { adminPasswordHash: HASH } }));
});
afterEach(() => admin.close());

type Headers = Readonly<Record<string, string>>;

async function signIn(headers: Headers = {}, proof: object = { token: admin.createSignInToken() }) {
  const answer = await admin.call('POST', '/session', proof, { ...CSRF, ...headers });
  expect(answer.status).toBe(200);
  return { ...CSRF, cookie: (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '' };
}

const statusOf = async (method: string, path: string, headers: Headers, body?: unknown) =>
  (await admin.call(method, path, body, headers)).status;

/** What makes lasting power of a short visit, or carries much away. */
const GUARDED = [
  ['PATCH', '/settings', { adminPassword: 'another password' }],
  ['PATCH', '/settings', { adminPassword: null }],
  ['PUT', '/settings/password', { password: 'another password' }],
  ['POST', '/keys', { name: 'mine' }],
  ['POST', '/upstreams', { ...UPSTREAM, id: 'two' }],
  ['PATCH', '/upstreams/one', { options: { apiKey: 'sk-other' } }],
  ['PATCH', '/upstreams/one', { options: { word: 'elsewhere' } }],
  ['PATCH', '/upstreams/one', { options: { apiKey: null } }],
  ['PUT', '/hooks/order', { ids: [] }],
] as const;

describe('what needs a fresh sign-in', () => {
  beforeEach(() => admin.call('POST', '/upstreams', UPSTREAM));

  it.each(GUARDED)('%s %s %j is refused ten minutes after it, until it is confirmed', async (...request) => {
    const [method, path, body] = request;
    const session = await signIn();
    admin.pass(10 * MINUTE);
    expect(await admin.call(method, path, body, session)).toMatchObject({
      status: 403,
      body: { error: { code: 'confirmation-required' } },
    });
    expect(await statusOf('POST', '/session/confirm', session, { password: PASSWORD })).toBe(204);
    expect([200, 201, 204]).toContain(await statusOf(method, path, session, body));
  });

  it.each(GUARDED)('%s %s %j can be done right after it', async (method, path, body) => {
    const session = await signIn();
    admin.pass(10 * MINUTE - 1);
    expect([200, 201, 204]).toContain(await statusOf(method, path, session, body));
  });

  it.each(['/traces/export', '/traces/some/export'])('GET %s is refused then, too', async (path) => {
    const session = await signIn();
    admin.pass(10 * MINUTE);
    expect(await admin.call('GET', path, undefined, session)).toMatchObject({
      status: 403,
      body: { error: { code: 'confirmation-required' } },
    });
  });

  it.each([
    ['PATCH', '/upstreams/one', { enabled: false }, 200],
    ['PATCH', '/upstreams/one', { weight: 2, options: { word: 'hello', apiKey: { set: true } } }, 200],
    ['POST', '/passes', undefined, 201],
    ['GET', '/keys', undefined, 200],
  ])('%s %s %j needs none', async (method, path, body, status) => {
    const session = await signIn();
    admin.pass(10 * MINUTE);
    expect(await statusOf(method, path, session, body)).toBe(status);
  });

  it('is never asked of a bearer token', async () => {
    admin.pass(60 * MINUTE);
    const token = { authorization: 'Bearer a-configured-admin-token' };
    expect(await statusOf('POST', '/keys', token, { name: 'by token' })).toBe(201);
  });
});

describe('a confirmation', () => {
  it('takes the password or a new link, and nothing else', async () => {
    const session = await signIn();
    admin.pass(10 * MINUTE);
    const confirm = (proof: object) => statusOf('POST', '/session/confirm', session, proof);
    const isFresh = async () =>
      ((await admin.call('GET', '/session', undefined, session)).body as { fresh: boolean }).fresh;
    expect(await isFresh()).toBe(false);
    expect(await confirm({ password: 'wrong' })).toBe(401);
    expect(await confirm({ token: 'wrong' })).toBe(401);
    expect(await isFresh()).toBe(false);
    const token = admin.createSignInToken();
    expect(await confirm({ token })).toBe(204);
    expect(await isFresh()).toBe(true);
    expect(await confirm({ token })).toBe(401);
    admin.pass(10 * MINUTE);
    expect(await isFresh()).toBe(false);
  });

  it('counts for its own session alone, and cannot be sent by another site', async () => {
    const [one, other] = [await signIn(), await signIn()];
    admin.pass(10 * MINUTE);
    const foreign = { ...one, origin: 'https://evil.example' };
    expect(await statusOf('POST', '/session/confirm', foreign, { password: PASSWORD })).toBe(403);
    expect(await statusOf('POST', '/session/confirm', one, { password: PASSWORD })).toBe(204);
    expect(await statusOf('POST', '/keys', other, { name: 'k' })).toBe(403);
    expect(await statusOf('POST', '/keys', one, { name: 'k' })).toBe(201);
  });
});

describe('a change of the password', () => {
  it.each([
    ['another', 'a new password'],
    ['none', null],
  ])('to %s ends all other sign-ins and links that are not used yet', async (_, adminPassword) => {
    const [own, other] = [await signIn(), await signIn({}, { password: PASSWORD })];
    const link = admin.createSignInToken();
    const pass = (await admin.call('POST', '/passes', undefined, other)).body as { token: string };
    expect(await statusOf('PATCH', '/settings', own, { adminPassword })).toBe(200);
    expect(await statusOf('GET', '/session', own)).toBe(200);
    expect(await statusOf('GET', '/session', other)).toBe(401);
    expect(await statusOf('POST', '/session', CSRF, { token: link })).toBe(401);
    expect(() => admin.deps.passes.read(pass.token)).toThrow('its session has ended');
  });

  it('by a token ends all', async () => {
    const session = await signIn();
    await admin.call('PUT', '/settings/password', { password: 'a new password' });
    expect(await statusOf('GET', '/session', session)).toBe(401);
  });
});

describe('a pass', () => {
  const passOf = async (headers?: Headers) =>
    ((await admin.call('POST', '/passes', undefined, headers)).body as { token: string }).token;

  it.each([
    ['is signed out', (session: Headers) => admin.call('DELETE', '/session', undefined, session)],
    ['is ended by another', () => admin.call('DELETE', '/sessions')],
    [
      'is idle for too long',
      (session: Headers) => {
        admin.pass(59 * MINUTE);
        return admin.call('DELETE', '/session', undefined, session);
      },
    ],
  ])('ends when its session %s', async (_, end) => {
    const session = await signIn();
    const token = await passOf(session);
    expect(admin.deps.passes.read(token)).toBeDefined();
    await end(session);
    expect(() => admin.deps.passes.read(token)).toThrow('its session has ended');
  });

  it('of a bearer token lasts an hour, whoever signs out', async () => {
    const token = await passOf();
    await admin.call('DELETE', '/sessions');
    admin.pass(60 * MINUTE - 1);
    expect(admin.deps.passes.read(token)).toBeDefined();
    admin.pass(1);
    expect(() => admin.deps.passes.read(token)).toThrow('has expired');
  });
});

describe('a change of a key', () => {
  it.each([
    [{ limits: null }, 403],
    [{ models: ['*'] }, 403],
    [{ expiresAt: null, name: 'x' }, 403],
    [{ enabled: true }, 403],
    [{ enabled: false }, 200],
    [{ name: 'x' }, 200],
  ])('by %j answers %d when the sign-in is not fresh', async (change, status) => {
    const { key } = (await admin.call('POST', '/keys', { name: 'k' })).body as { key: { id: string } };
    const session = await signIn();
    admin.pass(10 * MINUTE);
    expect(await statusOf('PATCH', `/keys/${key.id}`, session, change)).toBe(status);
  });
});

describe('the list of sign-ins', () => {
  it('has one row for a browser that signs in again', async () => {
    const first = await signIn();
    const second = await signIn({ cookie: first.cookie });
    expect((await admin.call('GET', '/sessions', undefined, second)).body).toHaveLength(1);
    expect(await statusOf('GET', '/session', first)).toBe(401);
  });

  it('shows who is signed in, and no token', async () => {
    const own = await signIn({ 'user-agent': 'One' });
    admin.pass(MINUTE);
    const other = await signIn({ 'user-agent': 'Two' }, { password: PASSWORD });
    const { body, text } = await admin.call('GET', '/sessions', undefined, own);
    expect(body).toEqual([
      expect.objectContaining({ method: 'password', userAgent: 'Two', isCurrent: false }),
      {
        ...{ id: expect.any(String), method: 'link', address: '127.0.0.1', userAgent: 'One' },
        ...{ createdAt: '2026-11-21T12:00:00.000Z', lastUsedAt: '2026-11-21T12:01:00.000Z', isCurrent: true },
      },
    ]);
    for (const { cookie } of [own, other]) expect(text).not.toContain(cookie.split('.')[1]);
  });

  it('ends one, or all but the own', async () => {
    const [own, ...others] = [await signIn(), await signIn(), await signIn(), await signIn()];
    const list = async () =>
      (await admin.call('GET', '/sessions', undefined, own)).body as { id: string; isCurrent: boolean }[];
    const [{ id } = { id: '' }] = await list();
    expect(await statusOf('DELETE', `/sessions/${id}`, own)).toBe(204);
    expect(await statusOf('DELETE', `/sessions/${id}`, own)).toBe(404);
    expect((await admin.call('DELETE', '/sessions', undefined, own)).body).toEqual({ ended: 2 });
    for (const other of others) expect(await statusOf('GET', '/session', other)).toBe(401);
    expect(await list()).toMatchObject([{ isCurrent: true }]);
  });
});
