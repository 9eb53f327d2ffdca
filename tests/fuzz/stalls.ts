/** A time in which the main thread served nobody, because it worked. */
export interface Stall {
  /** Milliseconds since 1970, at its end. */
  readonly at: number;
  readonly wallMs: number;
  /** What the thread itself worked: a machine that is busy with others does not count. */
  readonly cpuMs: number;
}

const TICK_MS = 10;

/** Watches the event loop of this thread from the inside. `take` gives the stalls since it was asked last. */
export function watchStalls(limitMs: number): { take(): readonly Stall[] } {
  let stalls: Stall[] = [];
  let wall = performance.now();
  let cpu = threadCpuMs();
  setInterval(() => {
    const now = performance.now();
    const cpuNow = threadCpuMs();
    const stall = { at: Date.now(), wallMs: now - wall, cpuMs: cpuNow - cpu };
    if (stall.cpuMs > limitMs) stalls.push(stall);
    wall = now;
    cpu = cpuNow;
  }, TICK_MS).unref();
  return {
    take() {
      const taken = stalls;
      stalls = [];
      return taken;
    },
  };
}

/** Without the worker threads, which may work as long as they like. */
function threadCpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}
