import { type RoutingConfig, routingSchema } from '../../core/src/config/routing.ts';
import { upstreamSchema, type UpstreamInput } from '../../core/src/config/upstream.ts';
import type { Candidate } from '../../core/src/catalogue/candidate.ts';
import type { Clock } from '../../core/src/timing/clock.ts';
import { createHealthBoard } from '../../core/src/upstreams/health.ts';
import { hash } from '../../core/src/text/hash.ts';
import type { Upstream } from '../../core/src/upstreams/upstream.ts';

export const routing: RoutingConfig = routingSchema.parse({});
const board = createHealthBoard(() => routing.breaker);

/** A candidate that no request ever reaches. */
export function candidate(id: string, own: Partial<UpstreamInput> = {}): Candidate {
  const config = upstreamSchema.parse({ id, provider: 'fake', ...own });
  const upstream = { config, origin: 'file', type: { name: 'fake' }, provider: {} } as unknown as Upstream;
  const { weight, priority } = config;
  const health = board.of(upstream, 'm');
  return { upstream, model: 'm', weight, priority, isListed: true, health, lot: hash(`${id} m`) };
}

export const idsOf = (candidates: readonly Candidate[]): readonly string[] =>
  candidates.map(({ upstream }) => upstream.config.id);

/** A generator of numbers between 0 and 1 that gives the same ones each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export interface FakeClock extends Clock {
  /** How long was slept, each time. */
  readonly slept: readonly number[];
  pass(ms: number): void;
}

/** A clock that stands still; who sleeps moves it. */
export function fakeClock(): FakeClock {
  let time = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    pass(ms) {
      time += ms;
    },
    sleep(ms) {
      slept.push(ms);
      time += ms;
      return Promise.resolve();
    },
  };
}
