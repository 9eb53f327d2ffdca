/** Facts of one wire or one vendor that the gateway acts upon. Plugins tell them as data, so that core knows no name. */

/** Where clients put their key, besides `Authorization: Bearer`, which every protocol takes. */
export interface CredentialPlaces {
  /** In lower case: `x-api-key`. The gateway takes the headers of all its protocols at every endpoint. */
  readonly headers?: readonly string[];
  /**
   * The field of the query that may hold it, where official SDKs or docs put it there. It turns a URL into a working
   * link, so only this protocol's endpoints take it.
   */
  readonly query?: string;
}

/** Headers by which replies tell what is left of one of the upstream's limits. */
export interface RateLimitHeaders {
  /** What is left, as a number. */
  readonly remaining: string;
  /** Until there is more. */
  readonly reset: string;
  /** Whether `reset` is a time to wait, such as `1s` or `6m0s`, or the date by the upstream's clock. */
  readonly form: 'duration' | 'date';
}

/** Counts the tokens of texts as the models of a family do. */
export interface Tokenizer {
  /** The names of its models, without what stands before their last slash. The first tokenizer that matches counts. */
  readonly models: RegExp;
  /** Gives the count of a text. Asked when it is first wanted, as a tokenizer is some megabytes. */
  load(): Promise<(text: string) => number>;
}
