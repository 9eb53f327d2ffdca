declare const WHOLE: unique symbol;

/**
 * The unit of limits: an integer from 0 to {@link MAX_AMOUNT}. Tokens are counted one by one, money in millionths of a
 * US dollar. Only the functions of this file create amounts, so no number from a client, an upstream or a price can
 * make a count negative, NaN or inexact.
 */
export type Amount = number & { readonly [WHOLE]: true };

/** A million dollars or a trillion tokens for one request; sums of thousands of them are still exact. */
export const MAX_AMOUNT = 1_000_000_000_000;

/** The most that a counter holds: far more than any limit, and far below the largest exact integer. */
const MAX_COUNT = 1_000_000_000_000_000;

const MICRO = 1_000_000;
/** Floating-point products are off by less than this. */
const NOISE = 1e-6;

/** Rounds up to an integer; negative numbers and NaN become 0. */
export function toAmount(value: number): Amount {
  return value > 0 ? (Math.min(Math.ceil(value), MAX_AMOUNT) as Amount) : NONE;
}

export const NONE = 0 as Amount;
export const ONE = 1 as Amount;

/** US dollars as an amount. */
export function toMicros(dollars: number): Amount {
  return toAmount(dollars * MICRO - NOISE);
}

/** A limit in US dollars, in millionths. */
export function limitInMicros(dollars: number): number {
  return Math.min(Math.round(dollars * MICRO), MAX_COUNT);
}

export function toDollars(micros: number): number {
  return micros / MICRO;
}

export function sum(...amounts: readonly Amount[]): Amount {
  return toAmount(amounts.reduce<number>((total, amount) => total + amount, 0));
}

export function greater(a: Amount, b: Amount): Amount {
  return a > b ? a : b;
}

/** A counter's new value: an integer, never below 0. */
export function changed(count: number, change: number): number {
  return Math.min(Math.max(count + change, 0), MAX_COUNT);
}
