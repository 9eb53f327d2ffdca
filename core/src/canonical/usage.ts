/** A trillion: no reply has so many, and sums stay exact. */
const MOST = 1_000_000_000_000;

/** A count of tokens as an upstream reported it: whole, from 0 to a trillion; `undefined` for anything else. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value), MOST) : undefined;
}
