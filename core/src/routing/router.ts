import { GatewayError } from '../canonical/errors.ts';
import type { RoutingConfig } from '../config/routing.ts';
import type { Demand } from '../limits/limiter.ts';
import type { PricedModel } from '../limits/prices.ts';
import { limitsMoney } from '../limits/windows.ts';
import { admit, demandOf, unpriced } from './admission.ts';
import type { Attempt, AttemptDeps } from './attempts.ts';
import type { Candidate } from '../catalogue/candidate.ts';
import type { Catalogue } from '../catalogue/catalogue.ts';
import { type Estimate, estimateOnce } from '../metering/estimate-tokens.ts';
import type { Exchange } from './exchange.ts';
import type { HealthBoard, Operation } from '../upstreams/health.ts';
import { RouteRun } from './route-run.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Route } from '../catalogue/route.ts';
import { ruleOf } from '../upstreams/failure-rules.ts';

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
  /** Default: `chat`. */
  readonly operation?: Operation;
  /** About how many tokens it takes; absent where the exchange knows, or where a model has no work. */
  readonly estimate?: () => Estimate;
}

/** Finds out who answers: by policy, by health, again after failures that pass, and by fallbacks at the end. */
export interface Router {
  /** Throws a `GatewayError` when there was nothing left to try. */
  serve<Result>(routed: Routed<Result>): Promise<Result>;
  /** Counts a request that names no model toward the limits of its key. What it asks for stands for the model. */
  admit(exchange: Exchange, asked: PricedModel): Promise<void>;
}

export interface RouterDeps extends AttemptDeps {
  readonly catalogue: Catalogue;
  readonly health: HealthBoard;
  readonly routing: () => RoutingConfig;
  /** Between 0 and 1, as `Math.random`. */
  readonly random: () => number;
}

export function createRouter(deps: RouterDeps): Router {
  const budget = new RetryBudget();
  const runDeps = { ...deps, budget };
  return {
    admit: (exchange, asked) => admitKey({ exchange, candidates: [asked], model: asked.model }, deps),
    async serve(routed) {
      budget.earn();
      if (routed.estimate) routed.exchange.notes.estimate = estimateOnce(routed.estimate);
      // Each step that waits costs every request, so those without limits take none.
      if (routed.exchange.key?.limits) await admitModel(routed, deps);
      const asked = new Set<string>();
      const names = [routed.model];
      let failure: GatewayError | undefined;
      for (const name of names) {
        if (asked.has(name)) continue;
        asked.add(name);
        const route = await find(name, { key: routed.exchange.key, log: routed.exchange.log, failure }, deps);
        if (!route) continue;
        try {
          return await new RouteRun(
            route,
            name === routed.model ? routed : { ...routed, model: name },
            runDeps,
          ).run();
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

async function admitModel(routed: Routed<unknown>, deps: RouterDeps): Promise<void> {
  const { candidates } = await deps.catalogue.resolve(routed.model, routed.exchange.key);
  await admitKey({ ...routed, candidates }, deps);
}

interface ForKey extends Pick<Routed<unknown>, 'exchange'> {
  readonly candidates: readonly PricedModel[];
  /** As the client asked for it. */
  readonly model: string;
}

/** Counts a request toward the limits of its key, once, whatever else becomes of it. */
async function admitKey({ exchange, candidates, model }: ForKey, deps: RouterDeps): Promise<void> {
  const { key, notes } = exchange;
  if (!key?.limits) return;
  const isBudgeted = notes.estimate !== undefined && limitsMoney(key.limits);
  if (isBudgeted && !candidates.some((one) => deps.prices.isPayable(one))) throw unpriced(model, candidates);
  const demand = (): Demand => demandOf(notes, candidates, deps.prices);
  await admit({ kind: 'key', id: key.id, limits: key.limits }, { exchange, demand, candidates }, deps);
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
