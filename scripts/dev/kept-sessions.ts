/** What a browser stays signed in with while the gateway is replaced. */
export interface KeptSessions {
  /** The cookies of a request, as the gateway of now knows them. */
  translate(cookies: string): Promise<string>;
  /** Notes what the gateway sets in a browser: a new session, or none. */
  learn(sent: string, set: readonly string[]): void;
  /** The gateway was replaced, and the new one knows no session. */
  renew(): void;
}

const COOKIE = /\bdragoman_session=([^;\s]+)/;

/**
 * Sessions end with the gateway's process, and here it ends with every edit. A browser that was signed in is signed in
 * again, by `signIn`, when it comes back; nobody else is.
 */
export function createKeptSessions(signIn: () => Promise<string>): KeptSessions {
  /** By the token that the browser has: what it is to the gateway, once it was asked for. */
  const tokens = new Map<string, Promise<string> | undefined>();
  return {
    async translate(cookies) {
      const own = COOKIE.exec(cookies)?.[1];
      if (own === undefined || !tokens.has(own)) return cookies;
      const token = tokens.get(own) ?? signIn();
      tokens.set(own, token);
      try {
        return cookies.replace(own, await token);
      } catch (error) {
        // It is tried again with the next request.
        tokens.set(own, undefined);
        throw error;
      }
    },
    learn(sent, set) {
      const made = set.map((one) => COOKIE.exec(one)?.[1]).find((token) => token !== undefined);
      if (set.some((one) => one.startsWith('dragoman_session='))) tokens.delete(COOKIE.exec(sent)?.[1] ?? '');
      if (made !== undefined) tokens.set(made, Promise.resolve(made));
    },
    renew() {
      for (const own of tokens.keys()) tokens.set(own, undefined);
    },
  };
}
