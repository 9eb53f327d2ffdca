/** Processor time of this thread, in milliseconds: other threads and a busy machine do not add to it. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** The least processor time of several runs, in milliseconds. The work must stay on this thread. */
export async function leastCpuMs(work: () => unknown, runs = 4): Promise<number> {
  let least = Infinity;
  for (let run = 0; run < runs; run += 1) {
    const before = cpuMs();
    // One run after the other.
    // oxlint-disable-next-line no-await-in-loop
    await work();
    least = Math.min(least, cpuMs() - before);
  }
  return least;
}

/** Shorter times are noise. */
const FLOOR_MS = 6;

/** What only more than linear work reaches, with room for noise. */
export const SUPERLINEAR = 8;

/** A run can be slow by chance, for example through garbage collection; that many in a row cannot. */
const MAX_RUNS = 8;

/**
 * How many times longer four times the input takes: about 4 where time grows with the input, 16 where it grows with
 * its square. `prepare` makes the input and returns the work to be timed.
 */
export async function growth(n: number, prepare: (n: number) => () => unknown): Promise<number> {
  const [few, many] = [prepare(n), prepare(4 * n)];
  const short = Math.max(await leastCpuMs(few, 2), FLOOR_MS);
  let long = Infinity;
  for (let run = 0; run < MAX_RUNS && long >= short * SUPERLINEAR; run += 1) {
    // oxlint-disable-next-line no-await-in-loop
    long = Math.min(long, await leastCpuMs(many, 1));
  }
  return long / short;
}
