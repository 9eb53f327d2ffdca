/** Processor time of this process, in milliseconds: a machine that is busy with other things makes it no longer. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The least processor time of several runs, in milliseconds. */
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

/**
 * How many times longer four times the input takes: about 4 where time grows with the input, 16 where it grows with
 * its square. `prepare` makes the input and gives the work to be timed.
 */
export async function growth(n: number, prepare: (n: number) => () => unknown): Promise<number> {
  const [few, many] = [prepare(n), prepare(4 * n)];
  const short = await leastCpuMs(few);
  const long = await leastCpuMs(many);
  return long / Math.max(short, FLOOR_MS);
}

/** What only more than linear work reaches, with room for noise. */
export const SUPERLINEAR = 8;
