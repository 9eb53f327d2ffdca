/** What is taken out of bodies before they are kept. */
export interface RedactionRules {
  /** JSON paths; what lies there is left out whole. */
  readonly paths: readonly string[];
  /** Regular expressions; each match in a text is left out. */
  readonly patterns: readonly string[];
  /** Whether pictures, sounds and files inside of JSON are kept; else only their digest and size are. */
  readonly keepMedia: boolean;
  /** Headers, and fields of the query, in which clients send their key, besides those whose names look secret. */
  readonly credentials?: { readonly headers: readonly string[]; readonly query: readonly string[] };
}
