import { GatewayError } from '../../packages/plugin/src/canonical/errors.ts';
import { type RoutingConfig, routingSchema } from '../../core/src/config/routing.ts';
import { upstreamSchema, type UpstreamInput } from '../../core/src/config/upstream.ts';
import type { Candidate } from '../../core/src/catalogue/candidate.ts';
import { DEFAULT_CAPABILITIES } from '../../packages/plugin/src/plugin/capabilities.ts';
import type { Log } from '../../packages/plugin/src/plugin/call-context.ts';
import type { Provider } from '../../packages/plugin/src/plugin/provider.ts';
import { NO_SECRETS } from '../../packages/plugin/src/text/secret-texts.ts';
import type { Clock } from '../../core/src/timing/clock.ts';
import { createHealthBoard } from '../../core/src/upstreams/health.ts';
import { hash } from '@dragoman/plugin/internal/text/hash';
import type { Upstream } from '../../core/src/upstreams/upstream.ts';

export const routing: RoutingConfig = routingSchema.parse({});
const board = createHealthBoard(() => routing.breaker);

export const NO_LOG: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** A candidate without a plugin behind it; what its provider does is the test's own. */
export function candidate(
  id: string,
  own: Partial<UpstreamInput> = {},
  provider: Partial<Provider> = {},
): Candidate {
  const config = upstreamSchema.parse({ id, provider: 'fake', ...own });
  const upstream: Upstream = {
    ...{ config, origin: 'file', plugin: 'test', scope: { plugin: 'test', upstream: id }, log: NO_LOG },
    type: { name: 'fake' } as Upstream['type'],
    provider: provider as Provider,
    secrets: NO_SECRETS,
    capabilitiesOf: () => DEFAULT_CAPABILITIES,
    textRulesOf: () => undefined,
    close: () => Promise.resolve(),
  };
  const { weight, priority } = config;
  const health = board.of(upstream, 'm');
  return { upstream, model: 'm', weight, priority, isListed: true, health, idHash: hash(`${id} m`) };
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

export interface HandClock extends FakeClock {
  /** Resolves when somebody sleeps. */
  readonly sleeper: Promise<void>;
}

/** A clock that stands still until the test moves it; who sleeps waits for that. */
export function handClock(): HandClock {
  const { now, pass } = fakeClock();
  const slept: number[] = [];
  const sleeping: { readonly until: number; readonly wake: () => void }[] = [];
  const { promise: sleeper, resolve: tellSleeper } = Promise.withResolvers<void>();
  return {
    ...{ now, slept, sleeper },
    pass(ms) {
      pass(ms);
      for (const { until, wake } of sleeping) if (until <= now()) wake();
    },
    sleep(ms, signal) {
      slept.push(ms);
      tellSleeper();
      return new Promise((resolve, reject) => {
        sleeping.push({ until: now() + ms, wake: resolve });
        signal.addEventListener('abort', () => reject(GatewayError.from(signal.reason)), { once: true });
      });
    },
  };
}
