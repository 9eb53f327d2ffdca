/** A trillion: no reply has so many, and sums stay exact. */
const MAX_COUNT = 1_000_000_000_000;

/** A count of tokens as an upstream reported it: whole, from 0 to a trillion; `undefined` for anything else. */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value), MAX_COUNT) : undefined;
}

/** Adds counts that an upstream reports apart. The sum is a count again: at most a trillion. */
export function sumCounts(...counts: readonly (number | undefined)[]): number {
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return Math.min(sum, MAX_COUNT);
}
