/** Facts about one wire or vendor, as data, so that core knows no names. */
import type { HeaderMap } from '../transport/http.ts';

/** Where clients put their key, besides `Authorization: Bearer`, which every protocol takes. */
export interface CredentialPlaces {
  /** In lower case: `x-api-key`. The gateway takes the headers of all its protocols at every endpoint. */
  readonly headers?: readonly string[];
  /**
   * The query field that may hold it, if official SDKs or docs put it there. It turns a URL into a working link, so only
   * this protocol's endpoints accept it.
   */
  readonly query?: string;
  /**
   * The part of `Authorization: Basic` that may hold it; the other part is ignored. Only this protocol's endpoints accept
   * it, and not from pages of other sites, since browsers send it by themselves.
   */
  readonly basic?: 'user' | 'password';
  /** The name of the cookie that may hold it. Accepted as `basic` is. */
  readonly cookie?: string;
  /**
   * Finds the key where these places hold it in a form of their own, such as `Authorization: Key …`. Called first; if it
   * returns nothing, the key is looked for as usual. Accepted as `basic` is.
   */
  read?(sent: SentCredentials): string | undefined;
}

/** The places of a request that may hold its credential. They are the ones that are kept out of logs and traces. */
export interface SentCredentials {
  /** `authorization`, `cookie` and the headers of {@link CredentialPlaces.headers}, in lower case. */
  readonly headers: HeaderMap;
  /** The field of {@link CredentialPlaces.query}. */
  readonly query?: string;
}

/** Reply headers that report what is left of one of the upstream's limits. */
export interface RateLimitHeaders {
  /** What is left, as a number. */
  readonly remaining: string;
  /** When it resets. */
  readonly reset: string;
  /** Whether `reset` is a duration, such as `1s` or `6m0s`, or a date by the upstream's clock. */
  readonly form: 'duration' | 'date';
}

/** Counts tokens like the models of a family. */
export interface Tokenizer {
  /** Matches model names after their last slash. The first tokenizer that matches is used. */
  readonly models: RegExp;
  /** Creates the counter. Called on first use, since a tokenizer takes some megabytes. */
  load(): Promise<(text: string) => number>;
}
