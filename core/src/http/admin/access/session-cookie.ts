import type { Context } from 'koa';

export const SESSION_COOKIE = 'dragoman_session';
/**
 * The name over HTTPS. With the prefix, browsers refuse the cookie from pages without TLS. `__Host-` would also need
 * the path `/`, and then the cookie would be sent to the protocol routes, too.
 */
export const SECURE_SESSION_COOKIE = `__Secure-${SESSION_COOKIE}`;

/** Sent by the console's own pages only, and not readable by scripts. */
const OPTIONS = { httpOnly: true, sameSite: 'strict', path: '/admin', overwrite: true } as const;

export interface SessionCookie {
  readonly token: string;
  /** Milliseconds. */
  readonly maxAge: number;
  readonly isSecure: boolean;
}

/** The session token of a request, or an empty string. */
export function readSessionCookie({ cookies }: Context): string {
  return cookies.get(SECURE_SESSION_COOKIE) ?? cookies.get(SESSION_COOKIE) ?? '';
}

export function setSessionCookie({ cookies }: Context, { token, maxAge, isSecure }: SessionCookie): void {
  setCookie(cookies, isSecure, { token, maxAge });
}

export function clearSessionCookie({ cookies }: Context): void {
  for (const isSecure of [true, false]) setCookie(cookies, isSecure, { token: null });
}

function setCookie(
  cookies: Context['cookies'],
  isSecure: boolean,
  { token, maxAge }: { readonly token: string | null; readonly maxAge?: number },
): void {
  // Behind a proxy, the connection to the gateway is not encrypted, and the library would refuse a secure cookie.
  cookies.secure = isSecure;
  const name = isSecure ? SECURE_SESSION_COOKIE : SESSION_COOKIE;
  cookies.set(name, token, { ...OPTIONS, secure: isSecure, ...(maxAge !== undefined && { maxAge }) });
}
