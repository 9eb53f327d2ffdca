/** The base CPU time of a batch, in milliseconds. */
const MIN_MS = 200;
/** Bytes that even a slow machine redacts and decodes in a millisecond. */
const BYTES_PER_MS = 4 * 1024;

/** The CPU time limit for bodies of this size, in milliseconds. */
export function timeFor(bytes: number): number {
  return MIN_MS + Math.ceil(bytes / BYTES_PER_MS);
}

/** The CPU time limit for checking the arguments of one call within the whole. */
export const JUDGE_MS = 50;

/** On a busy machine a check may be restarted, and every attempt counts toward the whole. */
const JUDGE_ATTEMPTS_MS = 8 * JUDGE_MS;

/** The time limit for a trace whose calls are checked with their own limit. */
export function timeWithJudge(bytes: number): number {
  return timeFor(bytes) + JUDGE_ATTEMPTS_MS;
}
