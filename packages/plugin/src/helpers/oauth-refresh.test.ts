import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import type { KeyValue } from '../plugin/setup/key-value.ts';
import type { HttpReply, HttpRequest } from '../transport/http.ts';
import { type GrantStore, storedGrant } from './grant-store.ts';
import { oauthRefresh, type OauthRefreshOptions } from './oauth-refresh.ts';

type Answer = { readonly status?: number; readonly headers?: Record<string, string>; readonly body: unknown };

/** A store in memory, and what happened in which order. */
function createStore(happened: string[] = []): KeyValue & { readonly texts: Map<string, string> } {
  const texts = new Map<string, string>();
  return {
    texts,
    get: async (key) => texts.get(key),
    set: async (key, value) => {
      await new Promise((resolve) => setImmediate(resolve));
      happened.push('stored');
      texts.set(key, value);
    },
    delete: async (key) => void texts.delete(key),
  };
}

interface Opened extends Partial<OauthRefreshOptions> {
  readonly answers?: readonly Answer[];
  readonly store?: KeyValue;
  readonly refreshToken?: string;
}

function open({ answers = [], store = createStore(), refreshToken = 'refresh-0', ...options }: Opened = {}) {
  const sent: HttpRequest[] = [];
  const clock = { at: 0, now: () => clock.at };
  const queue = [...answers];
  const logged: string[] = [];
  const redacted: string[] = [];
  const note = (_: object, message: string): void => void logged.push(message);
  const http = {
    async send(request: HttpRequest): Promise<HttpReply> {
      sent.push(request);
      await new Promise((resolve) => setImmediate(resolve));
      const number = sent.length;
      const {
        status = 200,
        headers = {},
        body,
      } = queue.shift() ?? {
        body: {
          access_token: `access-${number}`,
          token_type: 'bearer',
          expires_in: 3600,
          refresh_token: `refresh-${number}`,
        },
      };
      return { status, headers, body: Readable.from([Buffer.from(JSON.stringify(body))]) };
    },
  };
  const setup = {
    ...{ http, clock, signal: new AbortController().signal },
    redact: (secret: string) => void redacted.push(secret),
    log: { debug: note, info: note, warn: note, error: note },
  };
  const grant: GrantStore = storedGrant(store, refreshToken);
  const credentials = oauthRefresh(
    { tokenUrl: 'https://auth.example/token', clientId: 'client', grant, ...options },
    setup,
  );
  return { credentials, sent, clock, logged, redacted, grant };
}

const caller = () => ({ signal: new AbortController().signal });
const formOf = ({ body }: HttpRequest) => Object.fromEntries(new URLSearchParams(body as string));

describe('oauthRefresh', () => {
  it('asks as RFC 6749 says, and gives a bearer token', async () => {
    const { credentials, sent } = open();
    expect(await credentials.get(caller())).toEqual({
      token: 'access-1',
      headers: { authorization: 'Bearer access-1' },
      expiresAt: 3_600_000,
    });
    expect(sent).toMatchObject([{ method: 'POST', url: 'https://auth.example/token' }]);
    expect(sent[0]?.headers).toMatchObject({ 'content-type': 'application/x-www-form-urlencoded' });
    expect(formOf(sent[0] as HttpRequest)).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'refresh-0',
      client_id: 'client',
    });
  });

  it('sends the secret of the client in a header, form-encoded, or in the body', async () => {
    const basic = open({ clientId: 'a b', clientSecret: 's:ü' });
    await basic.credentials.get(caller());
    const expected = `Basic ${Buffer.from('a+b:s%3A%C3%BC').toString('base64')}`;
    expect(basic.sent[0]?.headers).toMatchObject({ authorization: expected });
    expect(formOf(basic.sent[0] as HttpRequest)).not.toHaveProperty('client_secret');
    const inBody = open({ clientSecret: 's', clientAuth: 'body', fields: { scope: 'x y' } });
    await inBody.credentials.get(caller());
    expect(inBody.sent[0]?.headers).not.toHaveProperty('authorization');
    expect(formOf(inBody.sent[0] as HttpRequest)).toMatchObject({
      client_id: 'client',
      client_secret: 's',
      scope: 'x y',
    });
  });

  it('refreshes once for 20 calls at once, and once for 20 refused tokens', async () => {
    const { credentials, sent } = open();
    const first = await Promise.all(Array.from({ length: 20 }, () => credentials.get(caller())));
    expect(new Set(first.map(({ token }) => token))).toEqual(new Set(['access-1']));
    expect(sent).toHaveLength(1);
    const next = await Promise.all(first.map((stale) => credentials.renew(stale, caller())));
    expect(new Set(next.map(({ token }) => token))).toEqual(new Set(['access-2']));
    expect(sent).toHaveLength(2);
    expect(formOf(sent[1] as HttpRequest)).toMatchObject({ refresh_token: 'refresh-1' });
  });

  it('stores a new refresh token before the access token is used', async () => {
    const happened: string[] = [];
    const { credentials } = open({ store: createStore(happened) });
    await credentials.get(caller()).then(() => happened.push('used'));
    expect(happened).toEqual(['stored', 'used']);
  });

  it('has all tokens redacted', async () => {
    const { credentials, redacted } = open();
    await credentials.get(caller());
    expect(redacted).toEqual(expect.arrayContaining(['refresh-0', 'refresh-1', 'Bearer access-1']));
  });

  it('keeps the refresh token if the server sends no new one', async () => {
    const answers = [{ body: { access_token: 'a', expires_in: '60' } }];
    const { credentials, sent, clock } = open({ answers });
    expect(await credentials.get(caller())).toMatchObject({ expiresAt: 60_000 });
    clock.at = 60_000;
    await credentials.get(caller());
    expect(formOf(sent[1] as HttpRequest)).toMatchObject({ refresh_token: 'refresh-0' });
  });

  it.each([0, -1, null, 'soon', undefined])(
    'takes a token for %j seconds as one without an end',
    async (seconds) => {
      const { credentials } = open({ answers: [{ body: { access_token: 'a', expires_in: seconds } }] });
      expect(await credentials.get(caller())).not.toHaveProperty('expiresAt');
    },
  );

  it('goes on with the stored grant after a restart, without a refresh', async () => {
    const store = createStore();
    await open({ store }).credentials.get(caller());
    const again = open({ store });
    expect((await again.credentials.get(caller())).token).toBe('access-1');
    expect(again.sent).toHaveLength(0);
    again.clock.at = 3_600_000;
    await again.credentials.get(caller());
    expect(formOf(again.sent[0] as HttpRequest)).toMatchObject({ refresh_token: 'refresh-1' });
  });

  it('begins anew when the options have another refresh token', async () => {
    const store = createStore();
    await open({ store }).credentials.get(caller());
    const other = open({ store, refreshToken: 'another' });
    await other.credentials.get(caller());
    expect(formOf(other.sent[0] as HttpRequest)).toMatchObject({ refresh_token: 'another' });
  });

  it('takes the grant of another replica that used up the refresh token', async () => {
    const store = createStore();
    const refusal = { status: 400, body: { error: 'invalid_grant' } };
    const { credentials, grant } = open({ store, answers: [refusal] });
    const waiting = credentials.get(caller());
    await grant.write({ refreshToken: 'refresh-9', accessToken: 'access-9', expiresAt: 1_000 });
    expect((await waiting).token).toBe('access-9');
  });

  it.each([
    { answer: { status: 400, body: { error: 'invalid_grant' } }, kind: 'upstream-auth' },
    { answer: { status: 401, body: { error: 'invalid_client' } }, kind: 'upstream-auth' },
    { answer: { status: 503, body: 'down' }, kind: 'upstream-broken' },
    { answer: { status: 429, headers: { 'retry-after': '7' }, body: {} }, kind: 'rate-limit' },
    { answer: { body: { token_type: 'bearer' } }, kind: 'upstream-broken' },
    { answer: { body: 'hello' }, kind: 'upstream-broken' },
  ])('fails with $kind on $answer', async ({ answer, kind }) => {
    const { credentials } = open({ answers: [answer] });
    await expect(credentials.get(caller())).rejects.toMatchObject({ kind });
  });

  it('tells operators why the server refused, without secrets', async () => {
    const body = { error: 'invalid_grant', error_description: 'refresh-token-0 of secret-secret is void' };
    const options = { clientSecret: 'secret-secret', refreshToken: 'refresh-token-0' };
    const { credentials } = open({ ...options, answers: [{ status: 400, body }] });
    const error = await credentials.get(caller()).catch((failure: unknown) => failure);
    expect(error).toMatchObject({
      details: {
        upstream: { status: 400 },
        operatorNote: expect.stringContaining('invalid_grant, [redacted] of [redacted] is void'),
      },
    });
    expect(String(error)).not.toContain('invalid_grant');
  });

  it('uses a new token even if it cannot be stored, and says so in the log', async () => {
    const store = { ...createStore(), set: () => Promise.reject(new Error('The disk is full.')) };
    const { credentials, logged } = open({ store });
    expect((await credentials.get(caller())).token).toBe('access-1');
    expect(logged).toEqual([expect.stringContaining('could not be stored')]);
  });

  it('fails if nobody has signed in', async () => {
    const grant: GrantStore = { read: async () => undefined, write: async () => {} };
    await expect(open({ grant }).credentials.get(caller())).rejects.toMatchObject({ kind: 'upstream-auth' });
  });

  it('reads a stored grant that is broken as none', async () => {
    const store = createStore();
    store.texts.set('oauth', '{"from":');
    expect(await storedGrant(store, 'initial').read()).toEqual({ refreshToken: 'initial' });
  });
});
