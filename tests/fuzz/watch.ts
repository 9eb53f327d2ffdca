import type { World } from './world.ts';
import type { Stall } from './stalls.ts';

/** What a gateway's process told of itself. */
export interface Watch {
  readonly maxRss: () => number;
  /** Asks once more; the stalls since it was asked last. `undefined` when the process does not answer in time. */
  look(): Promise<readonly Stall[] | undefined>;
}

/** A main thread that does not answer within this time is taken to hang. */
const PATIENCE_MS = 15_000;

export function createWatch(world: Pick<World, 'health'>): Watch {
  let maxRss = 0;
  return {
    maxRss: () => maxRss,
    async look() {
      const late = new Promise<undefined>((resolve) => {
        setTimeout(() => resolve(undefined), PATIENCE_MS).unref();
      });
      const health = await Promise.race([world.health().catch(() => undefined), late]);
      maxRss = Math.max(maxRss, health?.rss ?? 0);
      return health?.stalls;
    },
  };
}
