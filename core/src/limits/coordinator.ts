import type { Amount } from './amount.ts';

/** Something that is counted within a window of time. */
export interface Counter {
  readonly name: string;
  /** When the window ends, in milliseconds since 1970; absent for counts that never begin anew. */
  readonly until?: number;
  /** Whether the count is only of what runs now, which nothing does after a restart. */
  readonly isOfNow?: boolean;
}

/** How much is wanted, and how much of it will do. */
export interface Wanted {
  readonly least: Amount;
  readonly most: Amount;
}

export interface Taken {
  readonly isTaken: boolean;
  /** What was added to the count. */
  readonly amount: Amount;
  /** What is counted now. */
  readonly used: number;
}

/** Counts for all requests together. In memory by default; another one may count for many gateways. */
export interface Coordinator {
  /** Adds as much of what is wanted as the limit has room for, if that will do, however many ask at once. */
  take(counter: Counter, wanted: Wanted, limit: number): Promise<Taken>;
  /** Adds to a count, whatever the limit. */
  add(counter: Counter, amount: Amount): Promise<void>;
  /** Takes an amount back that was added before. A count is never below 0. */
  giveBack(counter: Counter, amount: Amount): Promise<void>;
  used(counter: Counter): Promise<number>;
  close(): Promise<void>;
}
