import { hash, randomBytes } from 'node:crypto';
import { GatewayError } from '../../canonical/errors.ts';
import { defined } from '../../canonical/json.ts';
import type { StoredKey } from '../../state/state.ts';
import type { Sessions } from './sessions.ts';

/** What the console calls models with, on behalf of whoever is signed in; it is no key of a client. */
export interface Pass {
  readonly key: StoredKey;
  /** The trace whose request is sent again. */
  readonly replayOf?: string;
}

export interface PassInput {
  /** The id of the session that requests it. The pass ends with that session. */
  readonly session?: string | undefined;
  readonly replayOf?: string | undefined;
}

/** Credentials that the gateway gives to its own console. They end with the process. */
export interface Passes {
  issue(input: PassInput): { readonly token: string; readonly expiresAt: string };
  /** The pass of a request, if it came with one. Throws a `GatewayError` when it is not good any more. */
  read(header: string | string[] | undefined): Pass | undefined;
}

/** Where a pass stands in a request. */
export const PASS_HEADER = 'x-dragoman-pass';

const LIFETIME_MS = 60 * 60 * 1000;
/** The oldest go first when there are more. */
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
      throw new GatewayError('auth', 'The pass of the console has expired, or its sign-in has ended.', {
        code: 'invalid_api_key',
        refused: 'bad-pass',
      });
    },
  };
}
