import { hash } from 'node:crypto';
import { z } from 'zod';
import type { KeyValue } from '../plugin/setup/key-value.ts';

/** What an authorization server has granted. */
export interface Grant {
  readonly refreshToken: string;
  /** The latest access token. Absent: not yet asked for. */
  readonly accessToken?: string | undefined;
  /** Default: `Bearer`. */
  readonly tokenType?: string | undefined;
  /** When the access token expires, in milliseconds since 1970. */
  readonly expiresAt?: number | undefined;
}

/** Where a grant is kept. */
export interface GrantStore {
  /** `undefined` if nobody has signed in. */
  read(): Promise<Grant | undefined>;
  /** Resolves when the grant is durable. */
  write(grant: Grant): Promise<void>;
}

const storedSchema = z.object({
  /** Which refresh token it began with, as a hash. */
  from: z.string(),
  refreshToken: z.string(),
  accessToken: z.string().optional(),
  tokenType: z.string().optional(),
  expiresAt: z.number().optional(),
});

/**
 * Keeps a grant in an upstream's store. It begins with the refresh token of the options, and again when that is
 * replaced by another.
 */
export function storedGrant(store: KeyValue, refreshToken: string, key = 'oauth'): GrantStore {
  const from = hash('sha256', refreshToken, 'base64url');
  return {
    async read() {
      const text = await store.get(key);
      const stored = text === undefined ? undefined : storedSchema.safeParse(parse(text)).data;
      if (stored?.from !== from) return { refreshToken };
      const { from: _, ...grant } = stored;
      return grant;
    },
    write: (grant) => store.set(key, JSON.stringify({ ...grant, from })),
  };
}

/** `undefined` if it is not JSON: a grant that cannot be read is like none. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
