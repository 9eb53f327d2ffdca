import type { Session } from '../access/sessions.ts';

/** The caller of an operation. `local-token` is the command line on this machine, `admin-token` the configured one. */
export type Caller =
  | { readonly kind: 'anybody' | 'local-token' | 'admin-token' }
  | { readonly kind: 'session'; readonly session: Session };

/** The id of the caller's session, if there is one. */
export function sessionOf(caller: Caller): string | undefined {
  return caller.kind === 'session' ? caller.session.id : undefined;
}
