import { GatewayError } from '@dragoman/plugin';
import type { Demand } from '../limits/limiter.ts';
import { limitsMoney } from '../limits/windows.ts';
import { admit, demandOf, unpriced } from './admission.ts';
import type { Routed, RouterDeps } from './routed.ts';
import type { UpstreamModel } from '../catalogue/candidate.ts';
import { estimateOnce } from '../metering/estimate-tokens.ts';
import type { Exchange } from './exchange.ts';
import { RouteRun } from './route-run.ts';
import { RetryBudget } from './retry-budget.ts';
import type { Route } from '../catalogue/route.ts';
import { ruleOf } from '../upstreams/failure-rules.ts';

/** Routes requests: by policy and health, with retries of transient failures, and fallbacks at the end. */
export interface Router {
  /** Throws a `GatewayError` when nothing is left to try. */
  serve<Result>(routed: Routed<Result>): Promise<Result>;
  /** Counts a request without a model towards the limits of its key. Its operation stands for the model. */
  admit(exchange: Exchange, asked: UpstreamModel): Promise<void>;
}

export function createRouter(deps: RouterDeps): Router {
  const budget = new RetryBudget();
  const runDeps = { ...deps, budget };
  return {
    admit: (exchange, asked) => admitKey({ exchange, candidates: [asked], model: asked.model }, deps),
    async serve(routed) {
      budget.earn();
      if (routed.estimate) routed.exchange.record.estimate = estimateOnce(routed.estimate);
      // Each asynchronous step costs every request, so those without limits skip it.
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
  readonly candidates: readonly UpstreamModel[];
  /** As the client asked for it. */
  readonly model: string;
}

/** Counts a request towards the limits of its key, once, however it ends. */
async function admitKey({ exchange, candidates, model }: ForKey, deps: RouterDeps): Promise<void> {
  const { key, record } = exchange;
  if (!key?.limits) return;
  const isBudgeted = record.estimate !== undefined && limitsMoney(key.limits);
  if (isBudgeted && !candidates.some((one) => deps.prices.isPayable(one))) throw unpriced(model, candidates);
  const demand = (): Demand => demandOf(record, candidates, deps.prices);
  await admit({ kind: 'key', id: key.id, limits: key.limits }, { exchange, demand, candidates }, deps);
}

/** An unavailable fallback must not hide why the first model failed. */
async function find(
  name: string,
  { key, log, failure }: Pick<Exchange, 'log'> & { readonly key: Exchange['key']; readonly failure: unknown },
  { catalogue }: RouterDeps,
): Promise<Route | undefined> {
  try {
    return await catalogue.resolve(name, key);
  } catch (error) {
    if (!failure) throw error;
    log.warn({ model: name, error }, 'A fallback is unavailable.');
    return undefined;
  }
}

function fallbacksOf({ fallbacks }: Route, { kind }: GatewayError): readonly string[] {
  if (kind === 'context-window') return fallbacks.contextWindow ?? [];
  if (kind === 'content-policy') return fallbacks.contentPolicy ?? [];
  return ruleOf(kind).failsOver ? (fallbacks.default ?? []) : [];
}
