/** Something that is counted within a window of time. */
export interface Counter {
  readonly name: string;
  /** When the window ends, in milliseconds since 1970; absent for counts that never begin anew. */
  readonly until?: number;
}

export interface Taken {
  readonly isTaken: boolean;
  /** What is counted now. */
  readonly used: number;
}

/** Counts for all requests together. In memory by default; another one may count for many gateways. */
export interface Coordinator {
  /** Adds to a count unless it would go beyond the limit, however many ask at once. */
  take(counter: Counter, amount: number, limit: number): Promise<Taken>;
  /** Adds to a count, or with a negative amount takes back, whatever the limit. */
  add(counter: Counter, amount: number): Promise<void>;
  used(counter: Counter): Promise<number>;
  close(): Promise<void>;
}
