import { GatewayError } from '../canonical/errors.ts';
import { isJsonObject, type JsonObject } from '../canonical/json.ts';
import { parseJson } from '../codec/reply-text.ts';
import { retryAfterMs } from '../http-provider/retry-after.ts';
import { redactValues } from '../http-provider/upstream-error.ts';
import type { Credential, Credentials } from '../plugin/credentials.ts';
import type { ProviderSetup } from '../plugin/provider.ts';
import type { HttpReply } from '../transport/http.ts';
import { readText } from '../transport/read-body.ts';
import type { Grant, GrantStore } from './grant-store.ts';
import { singleFlight } from './single-flight.ts';

export interface OauthRefreshOptions {
  /** The token endpoint of the authorization server. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** Where the client's secret is sent. Default: `basic`, the header that every server must support. */
  readonly clientAuth?: 'basic' | 'body';
  /** More fields of the request, such as `scope`. */
  readonly fields?: Readonly<Record<string, string>>;
  /** Where the grant is kept: `storedGrant` keeps it in the upstream's store. */
  readonly grant: GrantStore;
  /** How long before it expires a token is renewed. Default: one minute. */
  readonly earlyMs?: number;
  /** How long a refresh may take. Default: 30 seconds. */
  readonly timeoutMs?: number;
}

/** The credential of an access token. */
export interface AccessToken extends Credential {
  readonly token: string;
}

/** As {@link Credentials}, with the token for what is not a header. */
export interface OauthCredentials extends Credentials {
  get(waiting: Parameters<Credentials['get']>[0]): Promise<AccessToken>;
  renew(stale: Credential, waiting: Parameters<Credentials['renew']>[1]): Promise<AccessToken>;
}

/**
 * Access tokens by the refresh grant of OAuth 2.0 (RFC 6749, section 6). One refresh at a time; a new refresh token is
 * stored before its access token is used. A grant that the server refuses is `upstream-auth`.
 */
export function oauthRefresh(
  options: OauthRefreshOptions,
  setup: Pick<ProviderSetup, 'http' | 'clock' | 'signal' | 'log' | 'redact'>,
): OauthCredentials {
  const { earlyMs = 60_000, timeoutMs = 30_000 } = options;
  const source = new TokenSource(options, setup);
  const flight = singleFlight((signal) => source.next(signal), setup, {
    ...{ timeoutMs, earlyMs },
    expiresAt: ({ expiresAt }) => expiresAt,
  });
  return {
    get: (waiting) => flight.get(waiting),
    // One that is not the current token is renewed already.
    renew: (stale, waiting) => flight.renew(stale as AccessToken, waiting),
  };
}

const REPLY_BYTES = 64 * 1024;

class TokenSource {
  readonly #options: OauthRefreshOptions;
  readonly #setup: Pick<ProviderSetup, 'http' | 'clock' | 'log' | 'redact'>;
  /** The latest token: it expired, or was refused, when the next one is asked for. */
  #latest: string | undefined;

  constructor(options: OauthRefreshOptions, setup: Pick<ProviderSetup, 'http' | 'clock' | 'log' | 'redact'>) {
    this.#options = options;
    this.#setup = setup;
  }

  async next(signal: AbortSignal): Promise<AccessToken> {
    const grant = await this.#read();
    const token = this.#usable(grant) ?? (await this.#refresh(grant, signal));
    this.#latest = token.token;
    return token;
  }

  async #read(): Promise<Grant> {
    const grant = await this.#options.grant.read();
    if (grant) this.#setup.redact(grant.refreshToken);
    if (grant) return grant;
    throw new GatewayError('upstream-auth', 'The gateway is not signed in to the upstream.');
  }

  /** The token of the grant, if another process or an earlier one of this gateway got it. */
  #usable({ accessToken, tokenType, expiresAt }: Grant): AccessToken | undefined {
    if (accessToken === undefined || accessToken === this.#latest) return undefined;
    if (expiresAt !== undefined && expiresAt <= this.#setup.clock.now()) return undefined;
    return tokenOf({ accessToken, tokenType, expiresAt });
  }

  async #refresh(grant: Grant, signal: AbortSignal): Promise<AccessToken> {
    const reply = await this.#ask(grant, signal);
    const text = await readText(reply.body, REPLY_BYTES);
    signal.throwIfAborted();
    const body = parseJson(text);
    if (reply.status !== 200) return this.#refused(grant, { reply, body: asObject(body), signal });
    const next = this.#grantOf(grant, asObject(body));
    this.#setup.redact(next.refreshToken);
    await this.#options.grant.write(next).catch((error: unknown) => {
      // The old refresh token may be void, so the new one is used all the same.
      this.#setup.log.error(
        { error },
        'A new refresh token could not be stored. It is lost at the next start.',
      );
    });
    return tokenOf(next);
  }

  #ask({ refreshToken }: Grant, signal: AbortSignal): Promise<HttpReply> {
    const { tokenUrl, clientId, clientSecret, clientAuth = 'basic', fields } = this.#options;
    const isBasic = clientSecret !== undefined && clientAuth === 'basic';
    const body = new URLSearchParams({
      ...{ grant_type: 'refresh_token', refresh_token: refreshToken },
      ...(!isBasic && { client_id: clientId }),
      ...(!isBasic && clientSecret !== undefined && { client_secret: clientSecret }),
      ...fields,
    });
    return this.#setup.http.send({
      method: 'POST',
      url: tokenUrl,
      headers: {
        ...{ accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' },
        ...(isBasic && { authorization: basic(clientId, clientSecret) }),
      },
      body: body.toString(),
      signal,
    });
  }

  #grantOf({ refreshToken }: Grant, body: JsonObject): GrantedToken & Grant {
    const { access_token: accessToken, token_type: tokenType, expires_in: expiresIn } = body;
    if (typeof accessToken !== 'string' || accessToken === '')
      throw new GatewayError('upstream-broken', 'The authorization server returned no access token.');
    const { refresh_token: rotated } = body;
    const seconds = Number(expiresIn ?? Number.NaN);
    return {
      refreshToken: typeof rotated === 'string' && rotated !== '' ? rotated : refreshToken,
      accessToken,
      ...(typeof tokenType === 'string' && { tokenType }),
      // Some servers say 0 of a token that does not expire.
      ...(seconds > 0 && seconds < Infinity && { expiresAt: this.#setup.clock.now() + seconds * 1000 }),
    };
  }

  /** Another replica may have used up the refresh token meanwhile; then its grant is stored by now. */
  async #refused(grant: Grant, { reply, body, signal }: Refusal): Promise<AccessToken> {
    if (body['error'] === 'invalid_grant') {
      const stored = await this.#read();
      if (stored.refreshToken !== grant.refreshToken)
        return this.#usable(stored) ?? (await this.#refresh(stored, signal));
    }
    throw this.#failure(grant, { reply, body });
  }

  #failure({ refreshToken }: Grant, { reply, body }: Omit<Refusal, 'signal'>): GatewayError {
    const { clientSecret = '' } = this.#options;
    const { status, headers } = reply;
    const said = [body['error'], body['error_description']].filter((text) => typeof text === 'string');
    const secrets = [refreshToken, clientSecret].filter((text) => text !== '');
    const operatorNote = redactValues(
      `The authorization server answered with status ${status}${said.length > 0 ? `: ${said.join(', ')}` : ''}.`,
      secrets,
    );
    const wait = retryAfterMs(headers);
    const details = { operatorNote, upstream: { status }, ...(wait !== undefined && { retryAfterMs: wait }) };
    if (status === 429) return new GatewayError('rate-limit', LIMITED, details);
    if (status >= 500) return new GatewayError('upstream-broken', BROKEN, details);
    return new GatewayError('upstream-auth', REFUSED, details);
  }
}

interface Refusal {
  readonly reply: HttpReply;
  readonly body: JsonObject;
  readonly signal: AbortSignal;
}

const LIMITED = "The upstream's authorization server limits requests.";
const BROKEN = "The upstream's authorization server failed.";
const REFUSED = "The upstream's authorization server refused to renew the gateway's credentials.";

interface GrantedToken extends Omit<Grant, 'refreshToken'> {
  readonly accessToken: string;
}

function tokenOf({ accessToken, tokenType, expiresAt }: GrantedToken): AccessToken {
  // Servers write the type in any case, but compare headers with theirs.
  const type = tokenType === undefined || /^bearer$/i.test(tokenType) ? 'Bearer' : tokenType;
  return {
    token: accessToken,
    headers: { authorization: `${type} ${accessToken}` },
    ...(expiresAt !== undefined && { expiresAt }),
  };
}

/** The id and the secret are form-encoded first (RFC 6749, section 2.3.1). */
function basic(id: string, secret: string): string {
  const pair = [id, secret].map((part) => new URLSearchParams({ '': part }).toString().slice(1)).join(':');
  return `Basic ${Buffer.from(pair).toString('base64')}`;
}

function asObject(body: unknown): JsonObject {
  return isJsonObject(body) ? body : {};
}
