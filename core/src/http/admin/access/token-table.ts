import { hash, randomBytes } from 'node:crypto';

/** Random tokens with a lifetime; only their hashes are kept. */
export interface TokenTable {
  create(): string;
  /** Whether a token is known and has not expired. */
  has(token: string): boolean;
  /** Revokes a token; returns whether it was valid. */
  take(token: string): boolean;
  /** Revokes all tokens. */
  clear(): void;
}

export interface TokenTableInput {
  readonly lifetimeMs: number;
  /** Beyond this number, the oldest are revoked. */
  readonly limit: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Keeps tokens in memory: they end with the process. */
export function createTokenTable({ lifetimeMs, limit, now }: TokenTableInput): TokenTable {
  // By hash, so that the time of a lookup reveals nothing about the token.
  const expiry = new Map<string, number>();
  const digest = (token: string): string => hash('sha256', token);
  const has = (token: string): boolean => (expiry.get(digest(token)) ?? 0) > now();
  return {
    create() {
      const token = randomBytes(32).toString('base64url');
      expiry.set(digest(token), now() + lifetimeMs);
      for (const [name, ends] of expiry) {
        if (ends <= now() || expiry.size > limit) expiry.delete(name);
      }
      return token;
    },
    has,
    take(token) {
      const isGood = has(token);
      expiry.delete(digest(token));
      return isGood;
    },
    clear: () => expiry.clear(),
  };
}
