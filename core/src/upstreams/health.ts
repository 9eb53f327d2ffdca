import type { GatewayError } from '@dragoman/plugin';
import type { BreakerRules } from '../config/routing.ts';
import { type Block, Breaker, BREAKER_STATES, type BreakerState } from './breaker.ts';
import { ruleOf } from './failure-rules.ts';
import type { Upstream } from './upstream.ts';

/** The smoothing factor of the time to first token. */
const SMOOTHING = 0.2;

/** How many times are kept for a percentile, and the minimum for a meaningful one. */
const KEPT_LATENCIES = 100;
const LEAST_LATENCIES = 20;

/** The approximate time until a concurrent probe has an outcome. */
const PROBE_MS = 200;

/** The health of a model at an upstream, from the requests that it served. */
export class CandidateHealth {
  readonly breaker: Breaker;
  /** Of the whole upstream. */
  readonly upstream: Breaker;
  /** The number of successes. */
  successes = 0;
  /** Running requests. */
  running = 0;
  /** Times to first token of the latest requests. */
  readonly #latencies: number[] = [];
  /** The smoothed time to first token, in milliseconds; `undefined` before the first. */
  latencyMs: number | undefined;
  /** Its rate limit is exhausted until then. */
  exhaustedUntil = 0;

  constructor(upstream: Breaker, rules: BreakerRules) {
    this.upstream = upstream;
    this.breaker = new Breaker(rules);
  }

  isUsable(now: number): boolean {
    return this.breaker.isUsable(now) && this.upstream.isUsable(now);
  }

  /** The milliseconds until it may be tried; 0 if it may now. */
  usableIn(now: number): number {
    if (this.isUsable(now)) return 0;
    const block = this.blockAt(now);
    return block ? block.until - now : PROBE_MS;
  }

  /** The block that lasts longest. */
  blockAt(now: number): Block | undefined {
    const blocks = [this.breaker.block, this.upstream.block].filter((block) => block !== undefined);
    return blocks.filter(({ until }) => until > now).toSorted((a, b) => b.until - a.until)[0];
  }

  /** The worse of its own breaker and its upstream's. */
  state(now: number): BreakerState {
    const states = [this.breaker.state(now), this.upstream.state(now)];
    return BREAKER_STATES.find((state) => states.includes(state)) ?? 'closed';
  }

  begin(): void {
    this.running += 1;
    this.breaker.begin();
    this.upstream.begin();
  }

  end(): void {
    this.running -= 1;
  }

  succeeded(latencyMs: number): void {
    this.successes += 1;
    this.latencyMs =
      this.latencyMs === undefined ? latencyMs : this.latencyMs + SMOOTHING * (latencyMs - this.latencyMs);
    this.#latencies.push(latencyMs);
    if (this.#latencies.length > KEPT_LATENCIES) this.#latencies.shift();
    this.breaker.succeeded();
    this.upstream.succeeded();
  }

  /** An attempt that did not need the upstream after all. */
  spared(): void {
    this.breaker.abandoned();
    this.upstream.abandoned();
  }

  /** The 95th percentile of the time to first token; `undefined` while too few are known. */
  p95(): number | undefined {
    if (this.#latencies.length < LEAST_LATENCIES) return undefined;
    return this.#latencies.toSorted((a, b) => a - b)[Math.floor(this.#latencies.length * 0.95)];
  }

  /** An unlisted model says nothing about the upstream: clients can make up its name. */
  failed(error: GatewayError, now: number, isListed = true): void {
    const rule = ruleOf(error.kind);
    const [hit, other] =
      rule.scope === 'upstream' && isListed ? [this.upstream, this.breaker] : [this.breaker, this.upstream];
    hit.failed(error, rule, now);
    other.abandoned();
  }

  reset(): void {
    this.breaker.reset();
    this.upstream.reset();
    this.exhaustedUntil = 0;
  }
}

/**
 * The kinds of calls. Each has its own health: credentials for chat may lack the right to anything else. Relayed
 * requests are separated by those paths that clients cannot choose freely.
 */
export type Operation = 'chat' | 'embed' | 'count' | 'relay' | `relay ${string}`;

/** A model at an upstream, an operation, and its health. */
export interface HealthEntry {
  readonly model: string;
  readonly operation: Operation;
  readonly health: CandidateHealth;
}

/** The health of all candidates. A changed upstream starts with a clean record. */
export interface HealthBoard {
  of(upstream: Upstream, model: string, operation?: Operation): CandidateHealth;
  /** The health of a whole upstream, for each operation used so far. */
  ofUpstream(upstream: Upstream): readonly Breaker[];
  /** All models of an upstream used so far. */
  list(upstream: Upstream): readonly HealthEntry[];
}

/** Clients may request unlisted models, so the number of names needs a bound. */
const MAX_MODELS = 1_000;

/** The oldest idle model that never succeeded, else the oldest of all. */
function leastMissed(models: OperationHealth['models']): string {
  let first: string | undefined;
  for (const [name, { running, successes }] of models) {
    if (running === 0 && successes === 0) return name;
    first ??= name;
  }
  return first ?? '';
}

interface OperationHealth {
  readonly breaker: Breaker;
  readonly models: Map<string, CandidateHealth>;
}

type UpstreamHealth = Map<Operation, OperationHealth>;

export function createHealthBoard(rules: () => BreakerRules): HealthBoard {
  const board = new WeakMap<Upstream, UpstreamHealth>();
  const create = (): OperationHealth => ({ breaker: new Breaker(rules()), models: new Map() });
  const entriesOf = (upstream: Upstream): UpstreamHealth => {
    let entries = board.get(upstream);
    if (!entries) board.set(upstream, (entries = new Map([['chat', create()]])));
    return entries;
  };
  const entryOf = (upstream: Upstream, operation: Operation): OperationHealth => {
    const entries = entriesOf(upstream);
    let entry = entries.get(operation);
    if (!entry) {
      entries.set(operation, (entry = create()));
      const pause = entries.get('chat')?.breaker.block;
      if (pause?.reason === 'paused') entry.breaker.pause(pause.until);
    }
    return entry;
  };
  return {
    of(upstream, model, operation = 'chat') {
      const { breaker, models } = entryOf(upstream, operation);
      let health = models.get(model);
      if (!health) {
        if (models.size >= MAX_MODELS) models.delete(leastMissed(models));
        models.set(model, (health = new CandidateHealth(breaker, rules())));
      }
      return health;
    },
    ofUpstream: (upstream) => [...entriesOf(upstream).values()].map(({ breaker }) => breaker),
    list: (upstream) =>
      [...entriesOf(upstream)].flatMap(([operation, { models }]) =>
        [...models].map(([model, health]) => ({ model, operation, health })),
      ),
  };
}
