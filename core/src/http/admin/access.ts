import type { Context } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { verifyPassword } from '../../state/password.ts';
import { AdminError } from './admin-error.ts';
import type { AdminDeps } from './deps.ts';
import type { Access } from './operation.ts';
import { createTokenTable, isSameSecret, type TokenTable } from './sessions.ts';

const COOKIE = 'dragoman_session';
const SESSION_MS = 12 * 60 * 60 * 1000;
const LINK_MS = 15 * 60 * 1000;
/** Wrong guesses, of any kind, from one address and from all together. */
const GUESSES = { perAddress: 10, inAll: 100, windowSeconds: 15 * 60 } as const;

/** Decides who may use the admin API. */
export interface Gatekeeper {
  /** Throws an `AdminError` when a request may not use an operation of this access. */
  admit(ctx: Context, access: Access): Promise<void>;
  /** Signs a browser in by a link's token or a password, and sets its cookie. */
  signIn(ctx: Context, proof: { readonly token: string } | { readonly password: string }): Promise<void>;
  signOut(ctx: Context): void;
  createSignInToken(): string;
}

export function createGatekeeper(deps: AdminDeps): Gatekeeper {
  const { now } = deps;
  const sessions = createTokenTable({ lifetimeMs: SESSION_MS, limit: 1000, now });
  const links = createTokenTable({ lifetimeMs: LINK_MS, limit: 20, now });
  const guesses = createGuessLimit();
  return {
    async admit(ctx, access) {
      if (access === 'public') return;
      const bearer = /^Bearer (\S+)$/i.exec(ctx.get('authorization'))?.[1];
      if (bearer !== undefined) {
        await guesses.judge(
          ctx,
          () => Promise.resolve(isAdminToken(bearer, deps)),
          'The admin token is wrong.',
        );
        return;
      }
      if (access === 'token') throw new AdminError('forbidden', 'Only an admin token may do this.');
      admitSession(ctx, sessions);
    },
    async signIn(ctx, proof) {
      refuseForeignOrigin(ctx);
      const isRight = (): Promise<boolean> =>
        'token' in proof ? Promise.resolve(links.take(proof.token)) : isPassword(proof.password, deps);
      const what = 'token' in proof ? 'The sign-in link is used or too old.' : 'The password is wrong.';
      await guesses.judge(ctx, isRight, what);
      ctx.cookies.set(COOKIE, sessions.create(), { ...cookieOptions(ctx), maxAge: SESSION_MS });
    },
    signOut(ctx) {
      sessions.take(ctx.cookies.get(COOKIE) ?? '');
      ctx.cookies.set(COOKIE, null, cookieOptions(ctx));
    },
    createSignInToken: () => links.create(),
  };
}

function cookieOptions(ctx: Context) {
  return { httpOnly: true, sameSite: 'strict', path: '/admin', secure: ctx.secure, overwrite: true } as const;
}

function admitSession(ctx: Context, sessions: TokenTable): void {
  if (!sessions.has(ctx.cookies.get(COOKIE) ?? ''))
    throw new AdminError('unauthenticated', 'Please sign in.');
  if (ctx.method !== 'GET' && ctx.method !== 'HEAD') refuseForeignOrigin(ctx);
}

/** Other sites can make a browser send requests, but not with a header of their own, nor from our origin. */
function refuseForeignOrigin(ctx: Context): void {
  const origin = ctx.get('origin');
  const site = ctx.get('sec-fetch-site');
  const isOwn = (origin === '' || hostOf(origin) === ctx.host) && ['', 'same-origin', 'none'].includes(site);
  if (isOwn && ctx.get('x-dragoman-csrf') === '1') return;
  throw new AdminError(
    'forbidden',
    'The request must come from the console: the header x-dragoman-csrf: 1 is missing, or the origin is another.',
  );
}

function hostOf(origin: string): string {
  return URL.canParse(origin) ? new URL(origin).host : '';
}

function isAdminToken(token: string, { config, localToken }: AdminDeps): boolean {
  const configured = config.admin.token;
  // Both are compared in any case, so that the time does not tell which one there is.
  const isConfigured = isSameSecret(token, configured ?? '');
  return isSameSecret(token, localToken) || (configured !== undefined && isConfigured);
}

async function isPassword(password: string, { config, state }: AdminDeps): Promise<boolean> {
  const configured = config.admin.password;
  if (configured !== undefined && isSameSecret(password, configured)) return true;
  const stored = state.read().settings.adminPasswordHash;
  return stored !== undefined && verifyPassword(password, stored);
}

/** Slows down whoever guesses. */
function createGuessLimit() {
  const { perAddress, inAll, windowSeconds } = GUESSES;
  const address = new RateLimiterMemory({ points: perAddress, duration: windowSeconds });
  const all = new RateLimiterMemory({ points: inAll, duration: windowSeconds });
  const refuseWhenSpent = async (limiter: RateLimiterMemory, name: string, points: number): Promise<void> => {
    const spent = await limiter.get(name);
    if (spent && spent.consumedPoints >= points) throw tooMany(spent.msBeforeNext);
  };
  return {
    /** Counts a wrong guess; after too many, even a right one has to wait. */
    async judge(ctx: Context, isRight: () => Promise<boolean>, wrong: string): Promise<void> {
      await refuseWhenSpent(address, ctx.ip, perAddress);
      await refuseWhenSpent(all, 'all', inAll);
      if (await isRight()) return;
      await Promise.all([address.consume(ctx.ip), all.consume('all')]).catch((error: unknown) => {
        if (!(error instanceof RateLimiterRes)) throw error;
      });
      throw new AdminError('unauthenticated', wrong);
    },
  };
}

function tooMany(waitMs: number): AdminError {
  const retryAfterSeconds = Math.ceil(waitMs / 1000);
  return new AdminError('too-many-attempts', 'Too many wrong attempts; please wait.', { retryAfterSeconds });
}
