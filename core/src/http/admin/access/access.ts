import type { Context } from 'koa';
import { verifyPassword } from '../../../state/password.ts';
import { isSameSecret } from '../../access/same-secret.ts';
import { goneSignal } from '../../endpoints/open-exchange.ts';
import { SESSION_MS, type SignInMethod } from '../../access/sessions.ts';
import { AdminError } from '../admin-error.ts';
import type { AdminDeps } from '../deps.ts';
import { createGuessLimit } from './guess-limit.ts';
import { type Caller, sessionOf } from '../caller.ts';
import type { Access } from '../operation.ts';
import { isOwnRequest } from './own-origin.ts';
import { clearSessionCookie, readSessionCookie, setSessionCookie } from './session-cookie.ts';
import { createTokenTable } from './token-table.ts';

const LINK_MS = 15 * 60 * 1000;
/** How long a sign-in or a confirmation counts as fresh. */
const FRESH_MS = 10 * 60 * 1000;

/** What somebody signs in with. */
export type Proof = { readonly token: string } | { readonly password: string };

/** Decides who may use the admin API. */
export interface Gatekeeper {
  /** Identifies the caller. Throws an `AdminError` if they may not use an operation of this access. */
  admit(ctx: Context, access: Access): Caller;
  /** Whether a caller signed in or confirmed recently. A bearer token always counts. */
  isFresh(caller: Caller): boolean;
  /** Throws an `AdminError` unless {@link isFresh}. */
  requireFresh(caller: Caller): void;
  /** Signs a browser in by a link's token or a password, and sets its cookie. */
  signIn(ctx: Context, proof: Proof): Promise<void>;
  /** Confirms a session, by the password or a new link. */
  confirm(ctx: Context, caller: Caller, proof: Proof): Promise<void>;
  signOut(ctx: Context, caller: Caller): void;
  /** Ends all sessions except the caller's, and all unused links. Returns the number of sessions. */
  endOthers(caller: Caller): number;
  /** A one-time link that signs in one browser. */
  createSignInLink(): string;
  hasPassword(): boolean;
}

export function createGatekeeper(deps: AdminDeps): Gatekeeper {
  const { config, now, sessions, proxies, log } = deps;
  const links = createTokenTable({ lifetimeMs: LINK_MS, limit: 20, now });
  const guesses = createGuessLimit(deps.sleep);
  const check = async (ctx: Context, proof: Proof): Promise<SignInMethod> => {
    // Link tokens cannot be guessed, so they are not rate-limited.
    if ('token' in proof) {
      if (links.take(proof.token)) return 'link';
      throw new AdminError('unauthenticated', 'The sign-in link has been used or has expired.');
    }
    const address = proxies.clientAddress(ctx.req);
    const isRight = () => isPassword(proof.password, deps);
    const right = await guesses.judge({ address, signal: goneSignal(ctx), isRight });
    if (!right) {
      log.warn({ address }, 'A wrong admin password was entered.');
      throw new AdminError('unauthenticated', 'Wrong password.');
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
      if (!session) throw new AdminError('unauthenticated', 'Not signed in.');
      if (ctx.method !== 'GET' && ctx.method !== 'HEAD') refuseForeignOrigin(ctx, deps);
      if (access === 'token') throw new AdminError('forbidden', 'This requires an admin token.');
      return { kind: 'session', session };
    },
    requireFresh(caller) {
      if (isFresh(caller)) return;
      throw new AdminError(
        'confirmation-required',
        'Confirm your identity with the admin password or a new sign-in link.',
      );
    },
    async signIn(ctx, proof) {
      refuseForeignOrigin(ctx, deps);
      const method = await check(ctx, proof);
      // The new cookie replaces that of an earlier session, which could not be ended otherwise.
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

/** Admin tokens have at least 16 characters and cannot be guessed, so they are not rate-limited. */
function admitToken(bearer: string, { config, localToken }: AdminDeps): Caller {
  if (isSameSecret(bearer, localToken)) return { kind: 'local-token' };
  if (isConfigured(bearer, config.admin.token)) return { kind: 'admin-token' };
  throw new AdminError('unauthenticated', 'Wrong admin token.');
}

function refuseForeignOrigin(ctx: Context, deps: AdminDeps): void {
  if (isOwnRequest(ctx, deps)) return;
  throw new AdminError(
    'forbidden',
    'The request must come from the console: the header x-dragoman-csrf: 1 is missing, or the origin is not allowed.',
  );
}

/** The origin shows which scheme the browser uses, even behind a proxy that is not configured. */
function isSecure(ctx: Context, { proxies }: AdminDeps): boolean {
  return ctx.get('origin').startsWith('https:') || proxies.isSecure(ctx.req);
}

function isConfigured(given: string, configured: string | undefined): boolean {
  return configured !== undefined && isSameSecret(given, configured);
}

function storedPassword({ state }: AdminDeps): string | undefined {
  return state.read().settings.adminPasswordHash;
}

/** A configured password is the only one: a stored one, perhaps forgotten, must not work as well. */
async function isPassword(password: string, deps: AdminDeps): Promise<boolean> {
  const configured = deps.config.admin.password;
  if (configured !== undefined) return isSameSecret(password, configured);
  const stored = storedPassword(deps);
  if (stored === undefined || !(await verifyPassword(password, stored))) return false;
  // The check takes a while. If the password was changed during it, sign-ins with the old one must fail.
  return storedPassword(deps) === stored;
}
