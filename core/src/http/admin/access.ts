import type { Context } from 'koa';
import { verifyPassword } from '../../state/password.ts';
import { AdminError } from './admin-error.ts';
import type { AdminDeps } from './deps.ts';
import { createGuessLimit } from './guess-limit.ts';
import type { Access } from './operation.ts';
import { createTokenTable, isSameSecret, type TokenTable } from './sessions.ts';

export const SESSION_COOKIE = 'dragoman_session';
const SESSION_MS = 12 * 60 * 60 * 1000;
const LINK_MS = 15 * 60 * 1000;

/** What somebody signs in with. */
export type Proof = { readonly token: string } | { readonly password: string };

/** Decides who may use the admin API. */
export interface Gatekeeper {
  /** Throws an `AdminError` when a request may not use an operation of this access. */
  admit(ctx: Context, access: Access): Promise<void>;
  /** Signs a browser in by a link's token or a password, and sets its cookie. */
  signIn(ctx: Context, proof: Proof): Promise<void>;
  signOut(ctx: Context): void;
  createSignInToken(): string;
}

export function createGatekeeper(deps: AdminDeps): Gatekeeper {
  const { now, localToken } = deps;
  const sessions = createTokenTable({ lifetimeMs: SESSION_MS, limit: 1000, now });
  const links = createTokenTable({ lifetimeMs: LINK_MS, limit: 20, now });
  const guesses = createGuessLimit();
  return {
    async admit(ctx, access) {
      if (access === 'public') return;
      const bearer = /^Bearer (\S+)$/i.exec(ctx.get('authorization'))?.[1];
      if (bearer === undefined) {
        admitSession(ctx, sessions);
        if (access === 'token') throw new AdminError('forbidden', 'Only an admin token may do this.');
        return;
      }
      // It is random and cannot be guessed, so the wrong guesses of others need not lock its owner out.
      if (isSameSecret(bearer, localToken)) return;
      await guesses.judge({
        address: ctx.ip,
        isRight: () => isConfigured(bearer, deps.config.admin.token),
        refusal: 'The admin token is wrong.',
      });
    },
    async signIn(ctx, proof) {
      refuseForeignOrigin(ctx);
      // As random as the local token.
      const isByLink = 'token' in proof && links.take(proof.token);
      if (!isByLink) {
        await guesses.judge({
          address: ctx.ip,
          isRight: () => 'password' in proof && isPassword(proof.password, deps),
          refusal: 'password' in proof ? 'The password is wrong.' : 'The sign-in link is used or too old.',
        });
      }
      ctx.cookies.set(SESSION_COOKIE, sessions.create(), { ...cookieOptions(ctx), maxAge: SESSION_MS });
    },
    signOut(ctx) {
      sessions.take(ctx.cookies.get(SESSION_COOKIE) ?? '');
      ctx.cookies.set(SESSION_COOKIE, null, cookieOptions(ctx));
    },
    createSignInToken: () => links.create(),
  };
}

function cookieOptions(ctx: Context) {
  return { httpOnly: true, sameSite: 'strict', path: '/admin', secure: ctx.secure, overwrite: true } as const;
}

function admitSession(ctx: Context, sessions: TokenTable): void {
  if (!sessions.has(ctx.cookies.get(SESSION_COOKIE) ?? ''))
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

function isConfigured(given: string, configured: string | undefined): boolean {
  return configured !== undefined && isSameSecret(given, configured);
}

async function isPassword(password: string, { config, state }: AdminDeps): Promise<boolean> {
  if (isConfigured(password, config.admin.password)) return true;
  const stored = state.read().settings.adminPasswordHash;
  return stored !== undefined && verifyPassword(password, stored);
}
