import type { HeaderMap } from '../transport/http.ts';
import type { CallContext } from './call-context.ts';

/** A call that waits for something shared. It stops waiting when its client leaves; the work goes on for others. */
export type Waiting = Pick<CallContext, 'signal'>;

/** What proves to an upstream who calls. */
export interface Credential {
  /** Sent with each request, with lower-case names. */
  readonly headers: HeaderMap;
  /** When it expires, in milliseconds since 1970. Absent: not known. */
  readonly expiresAt?: number;
}

/** Credentials that change, such as the tokens of a login. `singleFlight` and `oauthRefresh` make them. */
export interface Credentials {
  /** The current credential. */
  get(waiting: Waiting): Promise<Credential>;
  /** A newer credential than one that the upstream refused. */
  renew(stale: Credential, waiting: Waiting): Promise<Credential>;
}
