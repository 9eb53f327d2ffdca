import type { Usage } from '../canonical/chat.ts';
import { GatewayError } from '../canonical/errors.ts';
import type { RoutingConfig } from '../config/routing.ts';
import type { Demand, Limiter } from '../limits/limiter.ts';
import type { Prices } from '../limits/prices.ts';
import { admit, demandOf } from './admission.ts';
import { type Attempt, type AttemptDeps, summarize, tryCandidate, unavailable } from './attempts.ts';
import type { Candidate } from './candidate.ts';
import type { Catalogue } from './catalogue.ts';
import type { Exchange } from './exchange.ts';
import { orderBy } from './policies.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Route } from './route.ts';
import { ruleOf } from './rules.ts';

/** A request on its way to whoever answers it. */
export interface Routed<Result> {
  readonly model: string;
  readonly exchange: Exchange;
  readonly attempt: Attempt<Result>;
  /** Whether a candidate can serve this request at all. Throws what the client is told when none can. */
  readonly select?: (candidates: readonly Candidate[]) => readonly Candidate[];
  /** What the request belongs to, for the policy `affinity`. */
  readonly affinity?: () => string | undefined;
  /** Whether the request can be sent only once, since its body is gone then. */
  readonly isOnce?: boolean;
  /** About how many tokens it takes. */
  readonly estimate?: () => Usage;
}

/** Finds out who answers: by policy, by health, again after failures that pass, and by fallbacks at the end. */
export interface Router {
  /** Throws a `GatewayError` when there was nothing left to try. */
  serve<Result>(routed: Routed<Result>): Promise<Result>;
}

export interface RouterDeps extends AttemptDeps {
  readonly catalogue: Catalogue;
  readonly routing: () => RoutingConfig;
  /** Between 0 and 1, as `Math.random`. */
  readonly random: () => number;
  readonly limiter: Limiter;
  readonly prices: Prices;
}

export function createRouter(deps: RouterDeps): Router {
  const budget = new RetryBudget();
  return {
    async serve(routed) {
      budget.earn();
      await admitKey(routed, deps);
      const asked = new Set<string>();
      const names = [routed.model];
      let failure: GatewayError | undefined;
      for (const name of names) {
        if (asked.has(name)) continue;
        asked.add(name);
        const route = await find(name, { key: routed.exchange.key, log: routed.exchange.log, failure }, deps);
        if (!route) continue;
        try {
          return await new RouteRun(route, routed, { ...deps, budget }).run();
        } catch (error) {
          failure = GatewayError.from(error);
          if (routed.exchange.signal.aborted || routed.isOnce) throw failure;
          names.push(...fallbacksOf(route, failure));
        }
      }
      throw failure ?? new GatewayError('internal', 'No upstream was tried.');
    },
  };
}

/** What candidates are compared by: three times as many tokens are read as are written. */
const TYPICAL_USAGE: Usage = { input: 750_000, output: 250_000 };

/** Counts a request toward the limits of its key, once, whatever else becomes of it. */
async function admitKey<Result>(routed: Routed<Result>, deps: RouterDeps): Promise<void> {
  const { exchange, model } = routed;
  const { key } = exchange;
  if (!key?.limits) return;
  const [candidate] = (await deps.catalogue.resolve(model, key)).candidates;
  const demand = (): Demand => demandOf(routed, candidate, deps.prices);
  await admit({ kind: 'key', id: key.id, limits: key.limits }, { exchange, demand }, deps);
}

/** A fallback that nobody serves any more must not hide why the first one failed. */
async function find(
  name: string,
  { key, log, failure }: Pick<Exchange, 'log'> & { readonly key: Exchange['key']; readonly failure: unknown },
  { catalogue }: RouterDeps,
): Promise<Route | undefined> {
  try {
    return await catalogue.resolve(name, key);
  } catch (error) {
    if (!failure) throw error;
    log.warn({ model: name, error }, 'A fallback cannot be used.');
    return undefined;
  }
}

function fallbacksOf({ fallbacks }: Route, { kind }: GatewayError): readonly string[] {
  if (kind === 'context-window') return fallbacks.contextWindow ?? [];
  if (kind === 'content-policy') return fallbacks.contentPolicy ?? [];
  return ruleOf(kind).goesOn ? (fallbacks.default ?? []) : [];
}

/** One request on one route. */
class RouteRun<Result> {
  readonly #route: Route;
  readonly #routed: Routed<Result>;
  readonly #deps: RouterDeps & { readonly budget: RetryBudget };
  readonly #candidates: readonly Candidate[];
  readonly #deadline: number;
  readonly #failures: GatewayError[] = [];
  /** Candidates that would fail again. */
  readonly #spent = new Set<Candidate>();

  constructor(route: Route, routed: Routed<Result>, deps: RouterDeps & { readonly budget: RetryBudget }) {
    this.#route = route;
    this.#routed = routed;
    this.#deps = deps;
    this.#candidates = routed.select ? routed.select(route.candidates) : route.candidates;
    this.#deadline = deps.clock.now() + (route.timeouts.totalMs ?? Infinity);
  }

  async run(): Promise<Result> {
    const { clock } = this.#deps;
    await this.#admit();
    for (let round = 0; ; round += 1) {
      const before = this.#failures.length;
      for (const candidate of this.#inOrder()) {
        // While another one was tried, somebody else may have found this one to be down.
        if (!this.#mayTry(candidate, clock.now())) continue;
        const answer = await this.#try(candidate);
        if (answer) return answer.result;
        if (this.#routed.isOnce || clock.now() >= this.#deadline) throw this.#failure();
      }
      const wait = this.#waitAfter(round, this.#failures.length > before);
      if (wait === undefined) throw this.#failure();
      await clock.sleep(wait, this.#routed.exchange.signal);
    }
  }

  /** Counts the request toward the limits of the alias. */
  async #admit(): Promise<void> {
    const { limits } = this.#route;
    const [candidate] = this.#candidates;
    if (!limits || !candidate) return;
    const demand = (): Demand => demandOf(this.#routed, candidate, this.#deps.prices);
    await admit({ kind: 'model', ...limits }, { exchange: this.#routed.exchange, demand }, this.#deps);
  }

  #inOrder(): readonly Candidate[] {
    const { clock, gates, random, prices } = this.#deps;
    const priceOf = (candidate: Candidate): number | undefined => prices.costOf(TYPICAL_USAGE, candidate);
    const now = clock.now();
    const usable = this.#candidates.filter(
      (candidate) => !this.#spent.has(candidate) && this.#mayTry(candidate, now),
    );
    if (usable.length < 2) return usable;
    const turn = this.#route.turns.next++;
    const affinity = this.#routed.affinity ?? (() => undefined);
    const ordered = orderBy(this.#route.policy, usable, { now, random, turn, affinity, priceOf });
    const isFree = ({ upstream, health }: Candidate): boolean =>
      !gates.of(upstream).isFull && health.exhaustedUntil <= now;
    return ordered.every(isFree)
      ? ordered
      : [...ordered.filter(isFree), ...ordered.filter((candidate) => !isFree(candidate))];
  }

  /** Where there is nobody else, nothing is gained by sparing the only one. */
  #mayTry({ health }: Candidate, now: number): boolean {
    return this.#candidates.length === 1 || health.isUsable(now);
  }

  async #try(candidate: Candidate): Promise<{ readonly result: Result } | undefined> {
    const { exchange, attempt } = this.#routed;
    const left = this.#deadline - this.#deps.clock.now();
    const { firstTokenMs } = this.#route.timeouts;
    const totalMs = Number.isFinite(left) ? left : undefined;
    try {
      const demand = (): Demand => demandOf(this.#routed, candidate, this.#deps.prices);
      const input = { exchange, attempt, firstTokenMs, totalMs, demand };
      return { result: await tryCandidate(candidate, input, this.#deps) };
    } catch (error) {
      const failure = GatewayError.from(error);
      const rule = ruleOf(failure.kind);
      if (!rule.goesOn || exchange.signal.aborted) throw failure;
      if (!rule.repeats) this.#spent.add(candidate);
      this.#failures.push(failure);
      return undefined;
    }
  }

  /** How long to wait before all are tried again; `undefined` when there is no use in it. */
  #waitAfter(round: number, wasTried: boolean): number | undefined {
    const { clock, random, budget, routing } = this.#deps;
    const { repeats, baseMs, maxMs } = this.#route.retry;
    const rest = this.#candidates.filter((candidate) => !this.#spent.has(candidate));
    if (this.#routed.isOnce || rest.length === 0 || round >= repeats) return undefined;
    const now = clock.now();
    const recovery = Math.min(...rest.map(({ health }) => health.usableIn(now)));
    if (recovery > routing().waitMs) return undefined;
    if (wasTried && !budget.spend()) return undefined;
    const backoff = wasTried ? random() * Math.min(baseMs * 2 ** round, maxMs) : 0;
    const wait = Math.max(recovery, backoff);
    return now + wait < this.#deadline ? wait : undefined;
  }

  #failure(): GatewayError {
    return summarize(this.#failures) ?? unavailable(this.#candidates, this.#deps.clock.now());
  }
}
