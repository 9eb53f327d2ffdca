import { afterEach, describe, expect, it } from 'vitest';
import {
  type AdminOptions,
  LOCAL_TOKEN,
  type RunningAdmin,
  startAdmin,
} from '../../../../../tests/support/admin.ts';
import { hashPassword } from '../../../state/password.ts';

const TOKEN = 'a-configured-admin-token';
const PASSWORD = 'correct horse battery';
const CSRF = { 'x-dragoman-csrf': '1' };
const MINUTE = 60_000;

let admin: RunningAdmin;
const start = async (options: AdminOptions = {}): Promise<void> => {
  admin = await startAdmin({ overrides: { adminToken: TOKEN, adminPassword: PASSWORD }, ...options });
};
afterEach(() => admin.close());

const signIn = (proof: object, headers: Record<string, string> = {}) =>
  admin.call('POST', '/session', proof, { ...CSRF, ...headers });
const byLink = () => signIn({ token: admin.createSignInToken() });
const cookieOf = ({ headers }: { readonly headers: Headers }): string => headers.get('set-cookie') ?? '';
const sessionOf = (answer: { readonly headers: Headers }) => ({
  cookie: cookieOf(answer).split(';')[0] ?? '',
});
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const about = (headers: Record<string, string>) => admin.call('GET', '/about', undefined, headers);
const statusesOf = async (answers: readonly Promise<{ readonly status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status);

describe('a sign-in link', () => {
  it('signs in once', async () => {
    await start();
    const token = admin.createSignInToken();
    expect((await signIn({ token })).status).toBe(200);
    expect(await signIn({ token })).toMatchObject({
      status: 401,
      body: { error: { code: 'unauthenticated', message: 'The sign-in link has been used or has expired.' } },
    });
  });

  it('signs one browser in when two come at once', async () => {
    await start();
    const token = admin.createSignInToken();
    const statuses = await statusesOf([signIn({ token }), signIn({ token })]);
    expect(new Set(statuses)).toEqual(new Set([200, 401]));
  });

  it('is too old after a quarter of an hour', async () => {
    await start();
    const [early, late] = [admin.createSignInToken(), admin.createSignInToken()];
    admin.pass(15 * MINUTE - 1);
    expect((await signIn({ token: early })).status).toBe(200);
    admin.pass(1);
    expect((await signIn({ token: late })).status).toBe(401);
  });

  it('is made with an admin token, and not in a session', async () => {
    await start();
    const made = await admin.call('POST', '/sign-in-links');
    expect(made.status).toBe(201);
    const { url } = made.body as { readonly url: string };
    expect(url.startsWith(`${admin.url}/console/sign-in/#token=`)).toBe(true);
    expect((await signIn({ token: new URL(url).hash.slice('#token='.length) })).status).toBe(200);
    const session = { ...sessionOf(await byLink()), ...CSRF };
    expect((await admin.call('POST', '/sign-in-links', undefined, session)).status).toBe(403);
    expect((await admin.call('POST', '/sign-in-links', undefined, CSRF)).status).toBe(401);
  });
});

describe('a session', () => {
  it('has a cookie that no script can read and that no other site can use', async () => {
    await start();
    const cookie = cookieOf(await byLink()).toLowerCase();
    for (const attribute of ['httponly', 'samesite=strict', 'path=/admin'])
      expect(cookie).toContain(attribute);
    expect(cookie).not.toContain('secure');
  });

  it('has a cookie for https alone where the request came by https', async () => {
    await start({ proxy: true });
    const answer = await signIn({ password: PASSWORD }, { 'x-forwarded-proto': 'https' });
    expect(cookieOf(answer).toLowerCase()).toContain('; secure');
  });

  it('lasts twelve hours while it is used', async () => {
    await start();
    const session = sessionOf(await byLink());
    for (let hour = 1; hour < 12; hour += 1) {
      admin.pass(60 * MINUTE);
      expect(await admin.call('GET', '/session', undefined, session)).toMatchObject({
        status: 200,
        body: { signedIn: true },
      });
    }
    admin.pass(60 * MINUTE);
    expect((await about(session)).status).toBe(401);
  });

  it('ends when it is not used for two hours', async () => {
    await start();
    const [idle, used] = [sessionOf(await byLink()), sessionOf(await byLink())];
    admin.pass(2 * 60 * MINUTE - 1);
    expect((await about(used)).status).toBe(200);
    admin.pass(1);
    expect((await about(idle)).status).toBe(401);
    expect((await about(used)).status).toBe(200);
  });

  it('ends when it is signed out, and no other does', async () => {
    await start();
    const [one, other] = [sessionOf(await byLink()), sessionOf(await byLink())];
    expect((await admin.call('DELETE', '/session', undefined, { ...one, ...CSRF })).status).toBe(204);
    expect((await about(one)).status).toBe(401);
    expect((await about(other)).status).toBe(200);
  });

  it('is not made up by a cookie', async () => {
    await start();
    for (const value of ['', 'x', '__proto__', LOCAL_TOKEN])
      expect((await about({ cookie: `dragoman_session=${value}` })).status).toBe(401);
  });
});

describe('a request that changes something in a session', () => {
  const OWN = 'the own origin';
  it.each([
    ['nothing of where it comes from', { ...CSRF }, 201],
    ['the own origin', { ...CSRF, origin: OWN, 'sec-fetch-site': 'same-origin' }, 201],
    ['no header of its own', {}, 403],
    ['another origin', { ...CSRF, origin: 'https://evil.example' }, 403],
    ['the origin of a sandbox', { ...CSRF, origin: 'null' }, 403],
    ['another site', { ...CSRF, 'sec-fetch-site': 'cross-site' }, 403],
    ['another host of the same site', { ...CSRF, 'sec-fetch-site': 'same-site' }, 403],
  ])('that tells %s gets its answer', async (_, headers: Record<string, string>, status) => {
    await start();
    const origin = headers['origin'] === OWN ? { origin: admin.url } : {};
    const all = { ...sessionOf(await byLink()), ...headers, ...origin };
    expect((await admin.call('POST', '/keys', { name: 'k' }, all)).status).toBe(status);
    expect(admin.deps.keys.list()).toHaveLength(status === 201 ? 1 : 0);
  });

  it('needs the same to sign in', async () => {
    await start();
    const token = admin.createSignInToken();
    expect((await admin.call('POST', '/session', { token }, {})).status).toBe(403);
    expect((await signIn({ token }, { origin: 'https://evil.example' })).status).toBe(403);
    expect((await signIn({ token })).status).toBe(200);
  });
});

describe('an admin token', () => {
  it('is the configured one or that of this run', async () => {
    await start();
    for (const token of [TOKEN, LOCAL_TOKEN]) expect((await about(bearer(token))).status).toBe(200);
    const refused = await about(bearer('another-token'));
    expect(refused.status).toBe(401);
    expect(refused.headers.get('www-authenticate')).toBe('Bearer');
    expect(refused.text).not.toContain('another-token');
  });

  it('is never empty because none is configured', async () => {
    await start({ overrides: {} });
    for (const token of ['undefined', 'null', '']) expect((await about(bearer(token))).status).toBe(401);
  });
});

describe('a password', () => {
  it('is the one of the environment', async () => {
    await start();
    expect((await signIn({ password: PASSWORD })).status).toBe(200);
    expect((await signIn({ password: `${PASSWORD} ` })).status).toBe(401);
  });

  it('is the one that was set, until it is removed', async () => {
    await start({ overrides: {} });
    expect((await admin.call('PUT', '/settings/password', { password: 'new password' })).status).toBe(204);
    expect(JSON.stringify(admin.deps.state.read())).not.toContain('new password');
    expect((await signIn({ password: 'new password' })).status).toBe(200);
    expect((await admin.call('PATCH', '/settings', { adminPassword: null })).body).toMatchObject({
      adminPassword: { set: false, fromEnvironment: false },
    });
    expect((await signIn({ password: 'new password' })).status).toBe(401);
  });

  it('of the environment is the only one, and is changed there', async () => {
    await start();
    const adminPasswordHash = await hashPassword('stored password');
    await admin.deps.state.update((state) => ({ ...state, settings: { adminPasswordHash } }));
    expect((await admin.call('GET', '/settings')).body).toMatchObject({
      adminPassword: { set: true, fromEnvironment: true },
    });
    const message = 'The admin password is set by DRAGOMAN_ADMIN_PASSWORD. Change it there and restart.';
    const refused = { status: 409, body: { error: { code: 'conflict', message } } };
    expect(await admin.call('PUT', '/settings/password', { password: 'new password' })).toMatchObject(
      refused,
    );
    for (const adminPassword of ['new password', null])
      expect(await admin.call('PATCH', '/settings', { adminPassword })).toMatchObject(refused);
    for (const password of ['stored password', 'new password'])
      expect((await signIn({ password })).status).toBe(401);
    expect((await signIn({ password: PASSWORD })).status).toBe(200);
    expect(admin.deps.state.read().settings).toEqual({ adminPasswordHash });
  });
});

describe('guessing', () => {
  const wrong = (n: number) => signIn({ password: `guess ${n}` });
  const many = (count: number) => Array.from({ length: count }, (_, n) => n);

  it('gets ten tries, also when they all come at once', async () => {
    await start();
    const statuses = await statusesOf(many(30).map(wrong));
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
    const late = await signIn({ password: PASSWORD });
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  it('does not count tokens and links, which are too long to be guessed', async () => {
    await start();
    const wrongTokens = await statusesOf(many(150).map((n) => about(bearer(`token-${n}`))));
    const wrongLinks = await statusesOf(many(150).map((n) => signIn({ token: `link ${n}` })));
    expect(new Set([...wrongTokens, ...wrongLinks])).toEqual(new Set([401]));
    expect((await about(bearer(TOKEN))).status).toBe(200);
    expect((await signIn({ password: PASSWORD })).status).toBe(200);
  });

  it('never counts what is right', async () => {
    await start();
    const statuses = await statusesOf(many(30).map(() => about(bearer(TOKEN))));
    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('does not lock out what cannot be guessed', async () => {
    await start();
    await statusesOf(many(20).map(wrong));
    expect((await about(bearer(LOCAL_TOKEN))).status).toBe(200);
    const signedIn = await byLink();
    expect(signedIn.status).toBe(200);
    expect((await about(sessionOf(signedIn))).status).toBe(200);
  });

  it('from many addresses does not lock out those who come from another', async () => {
    await start({ proxy: true });
    for (const n of many(120)) {
      const { status } = await signIn(
        { password: 'wrong' },
        { 'x-forwarded-for': `192.0.2.${Math.floor(n / 9)}` },
      );
      expect(status).toBe(401);
    }
    expect((await signIn({ password: PASSWORD }, { 'x-forwarded-for': '198.51.100.1' })).status).toBe(200);
  });

  it('from one address leaves the others theirs', async () => {
    await start({ proxy: true });
    const from = (address: string) => signIn({ password: 'wrong' }, { 'x-forwarded-for': address });
    await statusesOf(many(150).map(() => from('192.0.2.1')));
    expect((await from('192.0.2.2')).status).toBe(401);
  });
});
