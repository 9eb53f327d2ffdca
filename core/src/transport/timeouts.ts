/** Timeouts of an upstream, in milliseconds. */
export interface Timeouts {
  /** Until the connection is established. */
  readonly connectMs: number;
  /** Until the reply's headers, or the first event of a provider that does not use HTTP. */
  readonly headersMs: number;
  /** Between two chunks of the reply. */
  readonly idleMs: number;
  /** For the whole request. */
  readonly totalMs: number;
}
