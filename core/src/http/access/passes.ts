import { hash, randomBytes } from 'node:crypto';
import { defined, GatewayError } from '@dragoman/plugin';
import type { StoredKey } from '../../state/state.ts';
import type { Sessions } from './sessions.ts';

/** The console's credential for calling models, on behalf of whoever is signed in; not a client's key. */
export interface Pass {
  readonly key: StoredKey;
  /** The trace that is replayed. */
  readonly replayOf?: string;
}

export interface PassInput {
  /** The id of the session that requests it. The pass ends with that session. */
  readonly session?: string | undefined;
  readonly replayOf?: string | undefined;
}

/** Credentials that the gateway issues to its own console. They end with the process. */
export interface Passes {
  issue(input: PassInput): { readonly token: string; readonly expiresAt: string };
  /** The pass of a request, if it has one. Throws a `GatewayError` if it has expired. */
  read(header: string | string[] | undefined): Pass | undefined;
}

/** The header that carries a pass. */
export const PASS_HEADER = 'x-dragoman-pass';

const LIFETIME_MS = 60 * 60 * 1000;
/** Beyond this number, the oldest are revoked. */
const LIMIT = 1_000;

const CONSOLE_KEY: StoredKey = {
  ...{ id: 'console', name: 'console', prefix: 'console', hash: '' },
  ...{ enabled: true, createdAt: new Date(0).toISOString() },
};

interface Entry {
  readonly ends: number;
  readonly session: string | undefined;
  readonly pass: Pass;
}

export interface PassesDeps {
  readonly now: () => number;
  readonly sessions: Pick<Sessions, 'isAlive'>;
}

export function createPasses({ now, sessions }: PassesDeps): Passes {
  const issued = new Map<string, Entry>();
  const isGood = ({ ends, session }: Entry): boolean =>
    ends > now() && (session === undefined || sessions.isAlive(session));
  return {
    issue({ session, replayOf }) {
      const token = randomBytes(32).toString('base64url');
      const ends = now() + LIFETIME_MS;
      issued.set(hash('sha256', token), { ends, session, pass: defined({ key: CONSOLE_KEY, replayOf }) });
      for (const [name, entry] of issued) {
        if (!isGood(entry) || issued.size > LIMIT) issued.delete(name);
      }
      return { token, expiresAt: new Date(ends).toISOString() };
    },
    read(header) {
      if (typeof header !== 'string') return undefined;
      const entry = issued.get(hash('sha256', header));
      if (entry && isGood(entry)) return entry.pass;
      throw new GatewayError('auth', "The console's pass has expired, or its session has ended.", {
        code: 'invalid_api_key',
        refused: 'bad-pass',
      });
    },
  };
}
