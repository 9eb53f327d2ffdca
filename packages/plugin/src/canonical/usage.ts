/** A trillion. No reply has this many tokens, and sums of such counts stay exact. */
const MAX_COUNT = 1_000_000_000_000;

/**
 * Reads a token count from an upstream's JSON: rounded up to an integer, at most a trillion. `undefined` unless it is a
 * non-negative number. Decoders use it for every count, because upstreams send all kinds of values.
 */
export function readCount(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? Math.min(Math.ceil(value), MAX_COUNT) : undefined;
}

/**
 * Adds up counts that an upstream reports separately, such as Anthropic's `input_tokens` and cache tokens. Absent
 * counts are 0; the sum is at most a trillion.
 */
export function sumCounts(...counts: readonly (number | undefined)[]): number {
  const sum = counts.reduce<number>((total, count) => total + (count ?? 0), 0);
  return Math.min(sum, MAX_COUNT);
}
