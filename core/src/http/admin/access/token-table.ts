import { hash, randomBytes } from 'node:crypto';

/** Random tokens that are good for a time; only their hashes are kept. */
export interface TokenTable {
  create(): string;
  /** Whether a token is known and not too old. */
  has(token: string): boolean;
  /** Forgets a token; whether it was good. */
  take(token: string): boolean;
  /** Forgets all tokens. */
  clear(): void;
}

export interface TokenTableInput {
  readonly lifetimeMs: number;
  /** The oldest go first when there are more. */
  readonly limit: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Keeps tokens in memory: they end with the process. */
export function createTokenTable({ lifetimeMs, limit, now }: TokenTableInput): TokenTable {
  // By hash, so that a look-up tells nothing about the token by its time.
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
