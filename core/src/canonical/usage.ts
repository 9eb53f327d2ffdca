/** A trillion: no reply has so many, and sums stay exact. */
const MOST = 1_000_000_000_000;

/** A count of tokens as an upstream told it: whole, from 0 to a trillion; `undefined` when it is no such count. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value), MOST) : undefined;
}
