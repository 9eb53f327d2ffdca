import { describe, expect, it, onTestFinished } from 'vitest';
import { confirm, explain } from '../fuzz/confirm.ts';
import { attack } from '../fuzz/run.ts';
import { startWorld } from '../fuzz/world.ts';

/** `npm run fuzz` goes further: other seeds, and as many requests as there is time for. */
const SEED = 'npm test';
const REQUESTS = 3_000;
const SECONDS = 40;
/** A busy machine gets fewer through; far fewer would show nothing. */
const LEAST_REQUESTS = 300;
const MAX_RSS = 1_500_000_000;

describe('hostile requests over all routes', () => {
  it('end no process, hold up no thread, leak nothing, and get a proper answer', async () => {
    const world = await startWorld();
    onTestFinished(() => world.close());
    const result = await attack(world, { seed: SEED, requests: REQUESTS, seconds: SECONDS });
    expect(world.death()).toBeUndefined();
    const faults = await confirm(result.suspects);
    expect(faults.map(explain)).toEqual([]);
    expect(result.requests).toBeGreaterThanOrEqual(LEAST_REQUESTS);
    expect(result.maxRss).toBeLessThan(MAX_RSS);
    // They were not all turned away at the door.
    const statuses = new Map<number, number>();
    for (const row of result.statuses.values()) {
      for (const [status, count] of row) statuses.set(status, (statuses.get(status) ?? 0) + count);
    }
    expect(statuses.get(200)).toBeGreaterThan(result.requests / 4);
    expect(statuses.get(400)).toBeGreaterThan(result.requests / 20);
  }, 300_000);
});
