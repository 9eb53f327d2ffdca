/** The time for any batch, in milliseconds. */
const LEAST_MS = 200;
/** Bytes that even a slow machine redacts and decodes in a millisecond. */
const BYTES_IN_MS = 4 * 1024;

/** The time limit for bodies of this size, in milliseconds. */
export function timeFor(bytes: number): number {
  return LEAST_MS + Math.ceil(bytes / BYTES_IN_MS);
}

/** The time limit for checking the arguments of one call, where the whole has a limit. */
export const JUDGE_MS = 50;
