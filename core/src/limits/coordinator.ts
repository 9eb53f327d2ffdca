import type { Amount } from './amount.ts';

/** A count within a time window. */
export interface Counter {
  readonly name: string;
  /** When the window ends, in milliseconds since 1970; absent for counts that never reset. */
  readonly until?: number;
  /** Whether it counts what is running now, which is nothing after a restart. */
  readonly isOfNow?: boolean;
}

/** The preferred amount, and the least that is enough. */
export interface Wanted {
  readonly least: Amount;
  readonly most: Amount;
}

export interface Taken {
  readonly isTaken: boolean;
  /** What was added to the count. */
  readonly amount: Amount;
  /** The new count. */
  readonly used: number;
}

/** Counts across all requests. In memory by default; another implementation may count for many gateways. */
export interface Coordinator {
  /** Adds as much of the wanted amount as the limit allows, unless that is less than the least. Atomic. */
  take(counter: Counter, wanted: Wanted, limit: number): Promise<Taken>;
  /** Adds to a count, whatever the limit. */
  add(counter: Counter, amount: Amount): Promise<void>;
  /** Subtracts an amount that was added before. A count never falls below 0. */
  giveBack(counter: Counter, amount: Amount): Promise<void>;
  used(counter: Counter): Promise<number>;
  close(): Promise<void>;
}
