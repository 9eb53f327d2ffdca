import { hash, randomBytes } from 'node:crypto';
import { isSameSecret } from './same-secret.ts';

/** A browser that is signed in to the console. */
export interface Session {
  /** Identifies it in lists. Unlike the token in the cookie, it is not secret. */
  readonly id: string;
  readonly method: SignInMethod;
  readonly address: string;
  readonly userAgent: string;
  /** Milliseconds since 1970, like all times here. */
  readonly createdAt: number;
  readonly lastUsedAt: number;
  /** The last sign-in or confirmation. */
  readonly confirmedAt: number;
}

export type SignInMethod = 'link' | 'password';

/** The sessions of the console. They are kept in memory and end with the process. */
export interface Sessions {
  /** Returns the token for the cookie; only its hash is kept. */
  create(input: Pick<Session, 'method' | 'address' | 'userAgent'>): string;
  /** The session of a token; marks it as used now. */
  use(token: string): Session | undefined;
  /** Marks a session as confirmed now. */
  confirm(id: string): void;
  isAlive(id: string): boolean;
  /** Active sessions, latest sign-in first. */
  list(): readonly Session[];
  /** Returns whether there was such a session. */
  end(id: string): boolean;
  /** Ends all sessions except one, or all, and returns how many. */
  endOthers(id: string | undefined): number;
}

/** A session ends after this time, used or not. */
export const SESSION_MS = 12 * 60 * 60 * 1000;
/** A session that is not used ends after this time. */
const IDLE_MS = 2 * 60 * 60 * 1000;
/** Beyond this number, the oldest sessions end. */
const LIMIT = 1_000;
const MAX_USER_AGENT = 256;

interface Entry {
  readonly secretHash: string;
  readonly session: Session;
}

export function createSessions(now: () => number): Sessions {
  const entries = new Map<string, Entry>();
  const isOver = ({ session: { createdAt, lastUsedAt } }: Entry): boolean =>
    now() >= createdAt + SESSION_MS || now() >= lastUsedAt + IDLE_MS;
  const find = (id: string): Entry | undefined => {
    const entry = entries.get(id);
    if (!entry || !isOver(entry)) return entry;
    entries.delete(id);
    return undefined;
  };
  const change = (entry: Entry, times: Partial<Session>): Session => {
    const session = { ...entry.session, ...times };
    entries.set(session.id, { ...entry, session });
    return session;
  };
  return {
    create({ method, address, userAgent }) {
      const id = randomBytes(9).toString('base64url');
      const secret = randomBytes(32).toString('base64url');
      const times = { createdAt: now(), lastUsedAt: now(), confirmedAt: now() };
      const session = { id, method, address, userAgent: userAgent.slice(0, MAX_USER_AGENT), ...times };
      entries.set(id, { secretHash: hash('sha256', secret), session });
      for (const [name, entry] of entries) {
        if (isOver(entry) || entries.size > LIMIT) entries.delete(name);
      }
      return `${id}.${secret}`;
    },
    use(token) {
      const [id = '', secret = ''] = token.split('.');
      const entry = find(id);
      if (!entry || !isSameSecret(hash('sha256', secret), entry.secretHash)) return undefined;
      return change(entry, { lastUsedAt: now() });
    },
    confirm(id) {
      const entry = find(id);
      if (entry) change(entry, { confirmedAt: now() });
    },
    isAlive: (id) => find(id) !== undefined,
    list: () =>
      [...entries.values()]
        .filter((entry) => !isOver(entry))
        .map(({ session }) => session)
        .toReversed(),
    end: (id) => find(id) !== undefined && entries.delete(id),
    endOthers(id) {
      const others = [...entries.keys()].filter((name) => name !== id && find(name));
      for (const name of others) entries.delete(name);
      return others.length;
    },
  };
}
