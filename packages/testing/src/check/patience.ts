import { BrokenRule } from './check.ts';

/** How long something may take before it counts as hanging, in milliseconds. */
export const PATIENCE_MS = 10_000;

/** Waits for a promise, and fails if that takes too long. */
export async function withPatience<T>(promise: Promise<T>, ms: number, failure: BrokenRule): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(failure), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Lets everything that is ready run: settled promises, and what the network has delivered. */
export async function letRun(turns = 5): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
}
