/** An injectable clock. */
export interface Clock {
  /** Milliseconds since 1970. It jumps when the system clock is set. */
  readonly now: () => number;
}
