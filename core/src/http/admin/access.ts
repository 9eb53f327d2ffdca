import type { Context } from 'koa';
import { verifyPassword } from '../../state/password.ts';
import { isSameSecret } from '../same-secret.ts';
import { goneSignal } from '../exchange.ts';
import { SESSION_MS, type SignInMethod } from '../sessions.ts';
import { AdminError } from './admin-error.ts';
import type { AdminDeps } from './deps.ts';
import { createGuessLimit } from './guess-limit.ts';
import { type Access, type Caller, sessionOf } from './operation.ts';
import { isOwnRequest } from './own-origin.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from './session-cookie.ts';
import { createTokenTable } from './token-table.ts';

const LINK_MS = 15 * 60 * 1000;
/** How long a sign-in or a confirmation counts as fresh. */
export const FRESH_MS = 10 * 60 * 1000;

/** What somebody signs in with. */
export type Proof = { readonly token: string } | { readonly password: string };

/** Decides who may use the admin API. */
export interface Gatekeeper {
  /** Who asks. Throws an `AdminError` when they may not use an operation of this access. */
  admit(ctx: Context, access: Access): Caller;
  /** Whether a caller proved lately who they are. A bearer token is proof by itself. */
  isFresh(caller: Caller): boolean;
  /** Throws an `AdminError` unless {@link isFresh}. */
  requireFresh(caller: Caller): void;
  /** Signs a browser in by a link's token or a password, and sets its cookie. */
  signIn(ctx: Context, proof: Proof): Promise<void>;
  /** Has the owner of a session prove again who they are. */
  confirm(ctx: Context, caller: Caller, proof: Proof): Promise<void>;
  signOut(ctx: Context, caller: Caller): void;
  /** Ends all sessions but the caller's own, and all links that are not used yet; gives how many sessions. */
  endOthers(caller: Caller): number;
  /** A link that signs one browser in, once. */
  createSignInLink(): string;
  hasPassword(): boolean;
}

export function createGatekeeper(deps: AdminDeps): Gatekeeper {
  const { config, now, sessions, proxies, log } = deps;
  const links = createTokenTable({ lifetimeMs: LINK_MS, limit: 20, now });
  const guesses = createGuessLimit(deps.sleep);
  const check = async (ctx: Context, proof: Proof): Promise<SignInMethod> => {
    // Tokens of links are random and cannot be guessed, so nobody's wrong guesses count against them.
    if ('token' in proof) {
      if (links.take(proof.token)) return 'link';
      throw new AdminError('unauthenticated', 'The sign-in link has been used or has expired.');
    }
    const address = proxies.clientAddress(ctx.req);
    const isRight = () => isPassword(proof.password, deps);
    const right = await guesses.judge({ address, signal: goneSignal(ctx), isRight });
    if (!right) {
      log.warn({ address }, 'A wrong admin password was entered.');
      throw new AdminError('unauthenticated', 'The password is wrong.');
    }
    return 'password';
  };
  const isFresh = (caller: Caller): boolean =>
    caller.kind === 'session' ? now() < caller.session.confirmedAt + FRESH_MS : caller.kind !== 'anybody';
  return {
    isFresh,
    admit(ctx, access) {
      if (access === 'public') return { kind: 'anybody' };
      const bearer = /^Bearer (\S+)$/i.exec(ctx.get('authorization'))?.[1];
      if (bearer !== undefined) return admitToken(bearer, deps);
      const session = sessions.use(readSessionCookie(ctx));
      if (!session) throw new AdminError('unauthenticated', 'Please sign in.');
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') refuseForeignOrigin(ctx, deps);
      if (access === 'token') throw new AdminError('forbidden', 'Only an admin token may do this.');
      return { kind: 'session', session };
    },
    requireFresh(caller) {
      if (isFresh(caller)) return;
      throw new AdminError(
        'confirmation-required',
        'Please confirm that it is you: enter the admin password or use a new sign-in link.',
      );
    },
    async signIn(ctx, proof) {
      refuseForeignOrigin(ctx, deps);
      const method = await check(ctx, proof);
      // The browser forgets the cookie of an earlier sign-in, so nobody could end that one.
      const before = sessions.use(readSessionCookie(ctx));
      if (before) sessions.end(before.id);
      const address = proxies.clientAddress(ctx.req);
      const token = sessions.create({ method, address, userAgent: ctx.get('user-agent') });
      // For the audit log.
      ctx.state['signedIn'] = sessions.use(token);
      setSessionCookie(ctx, { token, maxAge: SESSION_MS, isSecure: isSecure(ctx, deps) });
    },
    async confirm(ctx, caller, proof) {
      await check(ctx, proof);
      if (caller.kind === 'session') sessions.confirm(caller.session.id);
    },
    signOut(ctx, caller) {
      if (caller.kind === 'session') sessions.end(caller.session.id);
      clearSessionCookie(ctx);
    },
    endOthers(caller) {
      links.clear();
      return sessions.endOthers(sessionOf(caller));
    },
    createSignInLink: () => `${deps.consoleUrl()}/console/sign-in/#token=${links.create()}`,
    hasPassword: () => config.admin.password !== undefined || storedPassword(deps) !== undefined,
  };
}

/** Admin tokens have at least 16 characters: they are compared, and not counted as guesses. */
function admitToken(bearer: string, { config, localToken }: AdminDeps): Caller {
  if (isSameSecret(bearer, localToken)) return { kind: 'local-token' };
  if (isConfigured(bearer, config.admin.token)) return { kind: 'admin-token' };
  throw new AdminError('unauthenticated', 'The admin token is wrong.');
}

function refuseForeignOrigin(ctx: Context, deps: AdminDeps): void {
  if (isOwnRequest(ctx, deps)) return;
  throw new AdminError(
    'forbidden',
    'The request must come from the console: the header x-dragoman-csrf: 1 is missing, or the origin is another.',
  );
}

/** The page's own origin tells how the browser sees the gateway, also behind a proxy that nobody configured. */
function isSecure(ctx: Context, { proxies }: AdminDeps): boolean {
  return ctx.get('origin').startsWith('https:') || proxies.isSecure(ctx.req);
}

function isConfigured(given: string, configured: string | undefined): boolean {
  return configured !== undefined && isSameSecret(given, configured);
}

function storedPassword({ state }: AdminDeps): string | undefined {
  return state.read().settings.adminPasswordHash;
}

async function isPassword(password: string, deps: AdminDeps): Promise<boolean> {
  if (isConfigured(password, deps.config.admin.password)) return true;
  const stored = storedPassword(deps);
  if (stored === undefined || !(await verifyPassword(password, stored))) return false;
  // It may have been changed meanwhile, and then all sign-ins by the old one have ended.
  return storedPassword(deps) === stored;
}
