import { setTimeout } from 'node:timers/promises';
import { timeoutsSchema } from '../config/upstream.ts';
import type { HttpPools } from '../transport/pools.ts';
import type { TraceObserver } from './observer.ts';
import type { Log, Plugin } from './plugin.ts';

interface ObserversInput {
  readonly log: Log;
  readonly pools: HttpPools;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Whoever is told of requests must not take long. */
const OBSERVER_TIMEOUTS = timeoutsSchema.parse({ connectMs: 5_000, headersMs: 10_000, idleMs: 10_000 });

/** The observers of all plugins. */
export function createObservers(
  plugins: readonly Plugin[],
  { log, pools, now, signal }: ObserversInput,
): readonly TraceObserver[] {
  const http = pools.client({ timeouts: OBSERVER_TIMEOUTS, signal });
  return plugins.flatMap((plugin) => plugin.createObserver?.({ log, http, now }) ?? []);
}

/** Whoever they tell may be gone: the gateway stops all the same. */
const CLOSE_MS = 5_000;

export async function closeObservers(observers: readonly TraceObserver[]): Promise<void> {
  const closed = Promise.allSettled(observers.map(async (observer) => observer.close?.()));
  await Promise.race([closed, setTimeout(CLOSE_MS, undefined, { ref: false })]);
}
