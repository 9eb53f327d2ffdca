/** How long an upstream is waited for, in milliseconds. */
export interface Timeouts {
  /** Until the connection stands. */
  readonly connectMs: number;
  /** Until the reply's headers, or the first event of a provider without HTTP. */
  readonly headersMs: number;
  /** Between two pieces of the reply. */
  readonly idleMs: number;
  /** For the whole request. */
  readonly totalMs: number;
}
