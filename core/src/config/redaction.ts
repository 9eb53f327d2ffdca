/** What is redacted in bodies before they are kept. */
export interface RedactionRules {
  /** JSON paths; each value there is redacted entirely. */
  readonly paths: readonly string[];
  /** Regular expressions; each match in a string is redacted. */
  readonly patterns: readonly string[];
  /** Whether images, audio and files inside JSON are kept; otherwise only their digest and size are. */
  readonly keepMedia: boolean;
  /** Headers and query fields in which clients send their key, besides those whose names look secret. */
  readonly credentials?: { readonly headers: readonly string[]; readonly query: readonly string[] };
}
