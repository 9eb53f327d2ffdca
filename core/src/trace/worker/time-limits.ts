/** The processor time for any batch, in milliseconds. */
const MIN_MS = 200;
/** Bytes that even a slow machine redacts and decodes in a millisecond. */
const BYTES_PER_MS = 4 * 1024;

/** The limit of processor time for bodies of this size, in milliseconds. */
export function timeFor(bytes: number): number {
  return MIN_MS + Math.ceil(bytes / BYTES_PER_MS);
}

/** The limit of processor time for checking the arguments of one call, where the whole has a limit. */
export const JUDGE_MS = 50;

/** On a busy machine a check is started again, and what was spent on it counts toward the whole. */
const JUDGE_ATTEMPTS_MS = 8 * JUDGE_MS;

/** The limit for a trace whose calls are checked with a limit of their own. */
export function timeWithJudge(bytes: number): number {
  return timeFor(bytes) + JUDGE_ATTEMPTS_MS;
}
