import { hash, randomBytes } from 'node:crypto';
import { GatewayError } from '../canonical/errors.ts';
import type { StoredKey } from '../state/state.ts';

/** What the console calls models with, on behalf of whoever is signed in; it is no key of a client. */
export interface Pass {
  readonly key: StoredKey;
  /** The trace whose request is sent again. */
  readonly replayOf?: string;
}

/** Credentials that the gateway gives to its own console. They end with the process. */
export interface Passes {
  issue(replayOf?: string): { readonly token: string; readonly expiresAt: string };
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

export function createPasses(now: () => number): Passes {
  const issued = new Map<string, { readonly ends: number; readonly pass: Pass }>();
  return {
    issue(replayOf) {
      const token = randomBytes(32).toString('base64url');
      const ends = now() + LIFETIME_MS;
      const pass = { key: CONSOLE_KEY, ...(replayOf !== undefined && { replayOf }) };
      issued.set(hash('sha256', token), { ends, pass });
      for (const [name, entry] of issued) {
        if (entry.ends <= now() || issued.size > LIMIT) issued.delete(name);
      }
      return { token, expiresAt: new Date(ends).toISOString() };
    },
    read(header) {
      if (typeof header !== 'string') return undefined;
      const entry = issued.get(hash('sha256', header));
      if (entry && entry.ends > now()) return entry.pass;
      throw new GatewayError('auth', 'The pass of the console is not good any more.', {
        code: 'invalid_api_key',
        refused: 'bad-pass',
      });
    },
  };
}
