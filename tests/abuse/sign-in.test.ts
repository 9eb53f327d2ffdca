import { request as sendRequest } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { type GatewayOptions, type RunningGateway, startGateway } from '../support/gateway.ts';

const PASSWORD = 'correct horse battery';
const MINUTE = 60_000;
/** Other tests may keep the machine busy. */

let gateway: RunningGateway;
let now: number;
let slept: number[];
let held: Promise<void>;
afterEach(() => gateway.close());

async function start({
  overrides = { adminPassword: PASSWORD },
  ...options
}: GatewayOptions = {}): Promise<void> {
  now = Date.now();
  slept = [];
  held = Promise.resolve();
  gateway = await startGateway({
    ...options,
    server: { trustedProxies: ['127.0.0.1'], ...options.server },
    overrides,
    surroundings: { clock: { now: () => now, sleep } },
  });
}

function sleep(ms: number): Promise<void> {
  slept.push(ms);
  return held;
}

type Headers = Readonly<Record<string, string>>;

/** With headers that `fetch` does not let out of its hands, such as `host`. */
async function ask(method: string, path: string, { body, headers }: { body?: object; headers?: Headers }) {
  const reply = await sendRequest(`${gateway.url}${path}`, {
    method,
    headers: { 'content-type': 'application/json', 'x-dragoman-csrf': '1', ...headers },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: reply.statusCode, headers: reply.headers, text: await reply.body.text() };
}

const admin = (method: string, path: string, headers: Headers, body?: object) =>
  ask(method, `/admin/api/v1${path}`, { headers, ...(body && { body }) });
const signIn = (password: string, headers: Headers = {}) => admin('POST', '/session', headers, { password });
const from = (address: string): Headers => ({ 'x-forwarded-for': address });
const cookieOf = ({ headers }: Awaited<ReturnType<typeof ask>>): string => String(headers['set-cookie']);
const sessionOf = (answer: Awaited<ReturnType<typeof ask>>): Headers => ({
  cookie: cookieOf(answer).split(';')[0] ?? '',
});

describe('wrong passwords', () => {
  it('of many addresses lock out neither the right password nor an admin token', async () => {
    await start();
    for (let n = 0; n < 150; n += 1) {
      const { status } = await signIn('wrong', from(`2001:db8:${Math.floor(n / 9)}::1`));
      expect(status).toBe(401);
    }
    expect((await signIn(PASSWORD, from('192.0.2.1'))).status).toBe(200);
    for (const address of ['192.0.2.1', '2001:db8:0::1']) {
      const headers = { ...from(address), authorization: `Bearer ${gateway.adminToken}` };
      expect((await admin('GET', '/about', headers)).status).toBe(200);
    }
    expect(slept.length).toBeGreaterThan(100);
    expect(slept).toEqual(slept.toSorted((a, b) => a - b));
    expect(Math.max(...slept)).toBe(2_000);
  });

  it('of one network count together, whichever address they come from', async () => {
    await start();
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await signIn('wrong', from(`2001:db8::${n}`))).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429, 429]);
    expect((await signIn(PASSWORD, from('2001:db8::ffff'))).status).toBe(429);
    expect((await signIn(PASSWORD, from('2001:db8:0:1::1'))).status).toBe(200);
  });

  it('cannot be spread over addresses that the client made up', async () => {
    await start({ server: { trustedProxies: [] } });
    const statuses: number[] = [];
    for (let n = 0; n < 12; n += 1) statuses.push((await signIn('wrong', from(`192.0.2.${n}`))).status);
    expect(statuses.slice(-2)).toEqual([429, 429]);
  });

  it('that come all at once are mostly refused, and the right one goes before them', async () => {
    await start();
    const attackers = Array.from({ length: 25 }, (_, n) => from(`198.51.${n}.1`));
    for (const attacker of attackers) await signIn('wrong', attacker);
    const { promise, resolve } = Promise.withResolvers<void>();
    held = promise;
    let refused = 0;
    const flood = [...attackers, ...attackers, ...attackers, ...attackers].map(async (attacker) => {
      const { status } = await signIn('wrong', attacker);
      if (status === 429) refused += 1;
    });
    // Two are checked, fifty wait.
    await expect.poll(() => refused).toBe(48);
    const right = signIn(PASSWORD, from('192.0.2.1'));
    await expect.poll(() => refused).toBe(49);
    resolve();
    expect((await right).status).toBe(200);
    await Promise.all(flood);
    expect(refused).toBe(49);
  });

  it('as tokens or links are never slowed down, and do not count', async () => {
    await start();
    for (let n = 0; n < 50; n += 1) {
      expect((await admin('GET', '/about', { authorization: `Bearer wrong-${n}` })).status).toBe(401);
      expect((await admin('POST', '/session', {}, { token: `wrong-${n}` })).status).toBe(401);
    }
    expect((await signIn(PASSWORD)).status).toBe(200);
    expect(slept).toEqual([]);
  });
});

describe('a short visit to a browser that is signed in', () => {
  it('gives no lasting power', async () => {
    await start({ traces: { record: 'no-bodies' } });
    const session = sessionOf(await signIn(PASSWORD));
    now += 10 * MINUTE;
    const refused = [
      await admin('PUT', '/settings/password', session, { password: 'mine from now on' }),
      await admin('PATCH', '/settings', session, { adminPassword: null }),
      await admin('POST', '/keys', session, { name: 'mine' }),
      await admin('POST', '/upstreams', session, { id: 'mine', provider: 'echo' }),
      await admin('GET', '/traces/export', session),
      await admin('GET', '/traces/export?format=har', session),
    ];
    for (const { status, text } of refused) {
      expect(status).toBe(403);
      expect(text).toContain('"confirmation-required"');
    }
    expect((await admin('POST', '/session/confirm', session, { password: PASSWORD })).status).toBe(204);
    expect((await admin('GET', '/traces/export', session)).status).toBe(200);
    expect((await admin('POST', '/keys', session, { name: 'mine' })).status).toBe(201);
  });

  it('cannot confirm itself by guessing', async () => {
    await start();
    const session = sessionOf(await signIn(PASSWORD));
    now += 10 * MINUTE;
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1)
      statuses.push((await admin('POST', '/session/confirm', session, { password: `wrong ${n}` })).status);
    expect(statuses).toEqual([...Array<number>(10).fill(401), 429]);
  });
});

describe('the end of a sign-in', () => {
  const passOf = async (session: Headers): Promise<Headers> => {
    const { text } = await admin('POST', '/passes', session);
    return { 'x-dragoman-pass': (JSON.parse(text) as { readonly token: string }).token };
  };
  const chat = async (headers: Headers) =>
    (
      await ask('POST', '/v1/chat/completions', {
        body: { model: 'echo', messages: [{ role: 'user', content: 'hi' }] },
        headers,
      })
    ).status;

  it.each([
    ['a sign-out', (session: Headers) => admin('DELETE', '/session', session)],
    [
      'a changed password',
      () => gateway.admin('PUT', '/settings/password', { password: 'a new password' }),
      {},
    ],
    [
      'another browser that ends it',
      async () => {
        const other = sessionOf(await signIn(PASSWORD));
        return admin('DELETE', '/sessions', other);
      },
    ],
    ['idle hours', async () => void (now += 120 * MINUTE)],
  ])('by %s ends its passes too', async (_, end, overrides?: object) => {
    await start(overrides && { overrides });
    const token = new URL(gateway.gateway.signInLink()).hash.replace('#token=', '');
    const session = sessionOf(await admin('POST', '/session', {}, { token }));
    const pass = await passOf(session);
    expect(await chat(pass)).toBe(200);
    await end(session);
    expect((await admin('GET', '/session', session)).status).toBe(401);
    expect(await chat(pass)).toBe(401);
  });

  it('ends what it follows', async () => {
    await start({ traces: { record: 'no-bodies' } });
    const session = sessionOf(await signIn(PASSWORD));
    const tail = await fetch(`${gateway.url}/admin/api/v1/traces/tail`, { headers: session });
    await admin('DELETE', '/session', session);
    await gateway.chat({ model: 'echo', messages: [{ role: 'user', content: 'secret' }] });
    expect(await tail.text()).toBe(': following\n\n');
  });
});

describe('behind a proxy with TLS', () => {
  const PUBLIC = 'https://llm.example.com';

  it.each([
    ['that passes the host on', { server: {} }, { host: 'llm.example.com', origin: PUBLIC }],
    ['that has the gateway know its address', { server: { publicUrl: PUBLIC } }, { origin: PUBLIC }],
    [
      'that is trusted',
      { server: {} },
      { 'x-forwarded-host': 'llm.example.com', 'x-forwarded-proto': 'https', origin: PUBLIC },
    ],
  ])('%s the cookie is for HTTPS alone', async (_, options: GatewayOptions, headers: Headers) => {
    await start(options);
    const answer = await signIn(PASSWORD, headers);
    expect(answer.status).toBe(200);
    expect(cookieOf(answer)).toMatch(/^__Secure-dragoman_session=.*; secure/);
    expect(cookieOf(answer)).toContain('path=/admin');
    expect((await admin('GET', '/session', sessionOf(answer))).status).toBe(200);
    const out = await admin('DELETE', '/session', { ...sessionOf(answer), ...headers });
    expect(cookieOf(out)).toContain('__Secure-dragoman_session=;');
  });

  it('pages of other sites are refused, whatever an untrusted peer forwards', async () => {
    await start({ server: { publicUrl: PUBLIC, trustedProxies: [] } });
    const origin = 'https://evil.example';
    for (const headers of [{ origin }, { origin, 'x-forwarded-host': 'evil.example' }])
      expect((await signIn(PASSWORD, headers)).status).toBe(403);
  });

  it('pages of the public URL are refused where the console has an address of its own', async () => {
    await start({ server: { publicUrl: PUBLIC }, console: { hostnames: ['console.example.com'] } });
    const host = 'console.example.com';
    expect((await signIn(PASSWORD, { host, origin: `https://${host}` })).status).toBe(200);
    expect((await signIn(PASSWORD, { host, origin: PUBLIC })).status).toBe(403);
  });

  it('links and addresses are those that people use', async () => {
    await start({ server: { publicUrl: `${PUBLIC}/` } });
    expect(gateway.gateway.signInLink()).toMatch(/^https:\/\/llm\.example\.com\/console\/sign-in\/#token=/);
    expect(await gateway.admin('POST', '/sign-in-links')).toEqual({
      url: expect.stringContaining(`${PUBLIC}/console/sign-in/#token=`),
    });
    expect(await gateway.admin('GET', '/about')).toMatchObject({ baseUrl: `${PUBLIC}/v1` });
  });

  it('traces have the address of the client', async () => {
    await start({ traces: { record: 'no-bodies' } });
    const body = { model: 'echo', messages: [{ role: 'user', content: 'hi' }] };
    const id = await gateway.chat(body, from('203.0.113.9, 198.51.100.7'));
    await expect
      .poll(() => gateway.admin<object>('GET', `/traces/${id}`))
      .toMatchObject({ ip: '198.51.100.7' });
  });
});
